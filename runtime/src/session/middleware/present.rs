//! How a token stands on a request: in a header, the query or a cookie.

use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use reqwest::Request;
use zeroize::Zeroizing;

use super::MiddlewareError;
use crate::{Lifecycle, Presentation, Token};

/// Where the token goes, worked out once.
#[derive(Clone, Debug)]
pub(super) enum Present {
    Header(HeaderName),
    Query(&'static str),
    Cookie(&'static str),
}

impl Present {
    /// As the spec says of the token that the API is shown.
    pub(super) fn of(lifecycle: &Lifecycle) -> Self {
        match said(lifecycle) {
            None | Some(Presentation::Bearer) => Self::Header(AUTHORIZATION),
            Some(Presentation::Header { name, .. }) => {
                Self::Header(name.parse().unwrap_or(AUTHORIZATION))
            }
            Some(Presentation::Query(name)) => Self::Query(name),
            Some(Presentation::Cookie(name)) => Self::Cookie(name),
        }
    }

    /// Whether a redirect to another origin takes it along: reqwest takes off these two headers only.
    pub(super) fn travels(&self) -> bool {
        !matches!(self, Self::Header(name) if *name == AUTHORIZATION)
            && !matches!(self, Self::Cookie(_))
            && !matches!(self, Self::Header(name) if *name == COOKIE)
    }

    /// Whether it stands in the request's address.
    pub(super) fn is_in_address(&self) -> bool {
        matches!(self, Self::Query(_))
    }

    /// Puts the token on the request, in place of what is there under its name.
    pub(super) fn put(
        &self,
        token: &HeaderValue,
        request: &mut Request,
    ) -> Result<(), MiddlewareError> {
        match self {
            Self::Header(name) => {
                request.headers_mut().insert(name, token.clone());
                Ok(())
            }
            Self::Query(name) => put_in_query(name, token, request),
            Self::Cookie(name) => put_in_cookie(name, token, request),
        }
    }
}

/// A token as it stands there, what the spec puts before it included.
pub(super) fn value(lifecycle: &Lifecycle, token: &Token) -> Result<HeaderValue, MiddlewareError> {
    let prefix = match said(lifecycle) {
        None | Some(Presentation::Bearer) => "Bearer ",
        Some(Presentation::Header { prefix, .. }) => prefix,
        Some(Presentation::Query(_) | Presentation::Cookie(_)) => "",
    };
    let text = Zeroizing::new(format!("{prefix}{}", token.expose()));
    let mut value = HeaderValue::from_str(&text).map_err(|_| MiddlewareError::Unfit)?;
    value.set_sensitive(true);
    Ok(value)
}

fn said(lifecycle: &Lifecycle) -> Option<Presentation> {
    lifecycle.tokens[lifecycle.replaced()?].present
}

fn put_in_query(
    name: &str,
    token: &HeaderValue,
    request: &mut Request,
) -> Result<(), MiddlewareError> {
    let token = token.to_str().map_err(|_| MiddlewareError::Unfit)?;
    let url = request.url_mut();
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(other, _)| other != name)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair(name, token);
    Ok(())
}

fn put_in_cookie(
    name: &str,
    token: &HeaderValue,
    request: &mut Request,
) -> Result<(), MiddlewareError> {
    let token = token.to_str().map_err(|_| MiddlewareError::Unfit)?;
    // RFC 6265 (section 4.1.1) has no way to escape what a cookie's value cannot hold.
    let fits = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    if !token.bytes().all(fits) {
        return Err(MiddlewareError::Unfit);
    }
    let mut cookies = Zeroizing::new(String::new());
    for header in request.headers().get_all(COOKIE) {
        let header = header.to_str().map_err(|_| MiddlewareError::Unfit)?;
        let others = header
            .split(';')
            .map(str::trim)
            .filter(|cookie| cookie.split('=').next() != Some(name) && !cookie.is_empty());
        for other in others {
            cookies.push_str(other);
            cookies.push_str("; ");
        }
    }
    cookies.push_str(name);
    cookies.push('=');
    cookies.push_str(token);
    let mut value = HeaderValue::from_str(&cookies).map_err(|_| MiddlewareError::Unfit)?;
    value.set_sensitive(true);
    request.headers_mut().insert(COOKIE, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, TokenRule};

    fn present(said: Option<Presentation>) -> Present {
        let rules: &'static [TokenRule] = Box::leak(Box::new([TokenRule {
            present: said,
            ..TokenRule::new("accessToken", Role::Access)
        }]));
        Present::of(&Lifecycle {
            tokens: rules,
            ..Lifecycle::new("example", "refresh")
        })
    }

    fn request(address: &str) -> Request {
        Request::new(http::Method::GET, address.parse().unwrap())
    }

    fn token(text: &'static str) -> HeaderValue {
        HeaderValue::from_static(text)
    }

    #[test]
    fn a_header_is_replaced() {
        let mut request = request("https://api.example.com/");
        request
            .headers_mut()
            .insert(AUTHORIZATION, token("Basic old"));
        present(None)
            .put(&token("Bearer new"), &mut request)
            .unwrap();
        let sent: Vec<_> = request.headers().get_all(AUTHORIZATION).iter().collect();
        assert_eq!(sent, ["Bearer new"]);
    }

    #[test]
    fn the_query_keeps_what_else_is_in_it() {
        let mut request = request("https://api.example.com/?a=1%26&token=old&b=%C3%A4#end");
        present(Some(Presentation::Query("token")))
            .put(&token("t+/= &x"), &mut request)
            .unwrap();
        assert_eq!(
            request.url().as_str(),
            "https://api.example.com/?a=1%26&b=%C3%A4&token=t%2B%2F%3D+%26x#end"
        );
    }

    #[test]
    fn a_cookie_is_added_to_the_others() {
        let mut request = request("https://api.example.com/");
        request
            .headers_mut()
            .append(COOKIE, token("a=1; session=old"));
        request.headers_mut().append(COOKIE, token("b=2"));
        present(Some(Presentation::Cookie("session")))
            .put(&token("new"), &mut request)
            .unwrap();
        let sent: Vec<_> = request.headers().get_all(COOKIE).iter().collect();
        assert_eq!(sent, ["a=1; b=2; session=new"]);
        assert!(sent[0].is_sensitive());
    }

    #[test]
    fn a_token_that_would_end_the_cookie_is_refused() {
        for unfit in ["a;b=c", "a b", "a,b", "a\"b"] {
            let mut request = request("https://api.example.com/");
            let put =
                present(Some(Presentation::Cookie("session"))).put(&token(unfit), &mut request);
            assert_eq!(put, Err(MiddlewareError::Unfit), "{unfit}");
            assert!(request.headers().is_empty());
        }
    }

    #[test]
    fn what_reqwest_takes_off_a_redirect_does_not_travel() {
        assert!(!present(None).travels());
        assert!(!present(Some(Presentation::Bearer)).travels());
        assert!(!present(Some(Presentation::Cookie("session"))).travels());
        let header = |name| Some(Presentation::Header { name, prefix: "" });
        assert!(!present(header("Authorization")).travels());
        assert!(present(header("access-token")).travels());
        assert!(present(Some(Presentation::Query("token"))).travels());
    }
}
