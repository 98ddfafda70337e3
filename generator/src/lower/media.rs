//! Tells media types apart.

/// What a request body can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Form,
    Text,
}

/// What a media type is; `None`: nothing that can be made.
pub(super) fn of(media_type: &str) -> Option<Media> {
    let name = essence(media_type);
    if is_json(media_type) {
        Some(Media::Json)
    } else if name == "application/x-www-form-urlencoded" {
        Some(Media::Form)
    } else if name.starts_with("text/") && !name.contains("xml") {
        Some(Media::Text)
    } else {
        None
    }
}

/// Whether the media type's name contains `json`.
pub(super) fn is_json(media_type: &str) -> bool {
    essence(media_type).contains("json")
}

fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}
