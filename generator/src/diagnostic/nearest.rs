//! Turns a misspelt name into the valid one that was most likely meant.

/// The candidate nearest to a name, where one is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().take(LONGEST).collect();
    let plain = reduced(name);
    // A third of the name may be wrong, as rustc has it; less than one letter helps nobody.
    let cutoff = (wanted.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.is_empty() {
            continue;
        }
        let distance = if !plain.is_empty() && reduced(candidate) == plain {
            0
        } else {
            match distance(&wanted, candidate, cutoff) {
                Some(distance) => distance,
                None => continue,
            }
        };
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Names longer than this are compared by their beginnings.
const LONGEST: usize = 64;

/// The name without its style: `access_token`, `accessToken` and `Access-Token` are the same.
fn reduced(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' ' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many insertions, deletions, replacements and swaps of neighbours lie between; nothing beyond the cutoff.
fn distance(wanted: &[char], candidate: &str, cutoff: usize) -> Option<usize> {
    let candidate: Vec<char> = candidate.chars().take(LONGEST).collect();
    if candidate.len().abs_diff(wanted.len()) > cutoff || wanted.is_empty() {
        return None;
    }
    // A one-letter name is near to every other one.
    if candidate.len().max(wanted.len()) <= 2 {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=candidate.len()).collect();
    for (i, &a) in wanted.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in candidate.iter().enumerate() {
            let change = last[j] + usize::from(a != b);
            let mut cost = change.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == candidate[j - 1] && wanted[i - 1] == b {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&distance| distance <= cutoff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_several() {
        let keys = ["requestBody", "responses", "responseType", "parameters"];
        assert_eq!(nearest("requestBodyy", keys), Some("requestBody"));
        assert_eq!(nearest("respones", keys), Some("responses"));
        assert_eq!(nearest("paramters", keys), Some("parameters"));
    }

    #[test]
    fn another_style_is_nearest_of_all() {
        assert_eq!(
            nearest("access_token", ["accessTokens", "accessToken"]),
            Some("accessToken")
        );
        assert_eq!(nearest("REQUIRED", ["required"]), Some("required"));
    }

    #[test]
    fn swapped_neighbours_count_once() {
        assert_eq!(nearest("tpye", ["type"]), Some("type"));
    }

    #[test]
    fn what_is_far_is_not_suggested() {
        assert_eq!(nearest("foo", ["bar", "type"]), None);
        assert_eq!(nearest("in", ["if"]), None);
        assert_eq!(nearest("", ["a", ""]), None);
        assert_eq!(nearest("same", ["same"]), None);
    }
}
