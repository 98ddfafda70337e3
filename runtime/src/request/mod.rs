//! Building a request: an address, parts, a body; what is secret is marked and remembered.

mod body;
mod target;
mod text;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use zeroize::Zeroizing;

use self::body::Content;
use self::target::Target;
pub use self::text::{AsText, Sensitive};
use crate::json::Encode;
use crate::{BaseUrl, Request, RequestError, Secret};

/// Everything but the characters that RFC 3986 leaves as they are (section 2.3).
pub(crate) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Puts a request together, part by part; the first part that cannot be sent is reported by [`Self::finish`].
///
/// No header is sent that nobody asked for.
///
/// ```
/// use token_refresh_runtime::{BaseUrl, RequestBuilder, Secret};
///
/// let base = BaseUrl::parse("https://api.example.com/v1")?;
/// let mut request = RequestBuilder::new("POST", &base);
/// request.segment_literal("/shops/");
/// request.segment("shop", "blue & green");
/// request.secret_header("x-client-secret", "", &Secret::new("s3cr3t"));
/// request.secret_json("/refreshToken", "", &Secret::new("r3fr3sh"));
/// let request = request.finish()?;
/// assert_eq!(request.uri(), "https://api.example.com/v1/shops/blue%20%26%20green");
/// assert_eq!(request.body().as_bytes(), br#"{"refreshToken":"r3fr3sh"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RequestBuilder {
    method: &'static str,
    target: Target,
    headers: HeaderMap,
    cookies: Secret,
    content_type: Option<&'static str>,
    content: Content,
    notes: Notes,
    error: Option<RequestError>,
}

/// What an [`crate::Exchange`] has to know of a request beyond the request itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// What is scrubbed from the answer.
    pub(crate) secrets: Vec<Secret>,
    /// Path parameters by name: a finished path no longer tells them apart.
    pub(crate) path: Vec<(&'static str, Secret)>,
}

impl RequestBuilder {
    /// Starts a request to the base URL.
    pub fn new(method: &'static str, base_url: &BaseUrl) -> Self {
        Self {
            method,
            target: Target::new(base_url.as_str()),
            headers: HeaderMap::new(),
            cookies: Secret::new(""),
            content_type: None,
            content: Content::Empty,
            notes: Notes::default(),
            error: None,
        }
    }

    /// A piece of the path as it stands in the spec.
    pub fn segment_literal(&mut self, literal: &'static str) {
        self.target.push_literal(literal);
    }

    /// A path parameter, percent-encoded.
    pub fn segment(&mut self, name: &'static str, value: impl AsText) {
        self.push_segment(name, &value.as_text());
    }

    /// A path parameter that is secret. It ends up in logs of proxies and servers: a spec with one gets a
    /// warning.
    pub fn secret_segment(
        &mut self,
        name: &'static str,
        prefix: &str,
        value: &(impl Sensitive + ?Sized),
    ) {
        self.remember(value.sensitive());
        self.push_segment(name, &joined(prefix, value.sensitive()));
    }

    /// A query parameter.
    pub fn query(&mut self, name: &str, value: impl AsText) {
        self.target.push_query(name, &value.as_text());
    }

    /// A query parameter that is secret; see [`Self::secret_segment`].
    pub fn secret_query(&mut self, name: &str, prefix: &str, value: &(impl Sensitive + ?Sized)) {
        self.remember(value.sensitive());
        self.target
            .push_query(name, &joined(prefix, value.sensitive()));
    }

    /// The `Accept` header; one that the spec has as a parameter takes its place.
    pub fn accept(&mut self, media_types: &'static str) {
        self.headers
            .insert(ACCEPT, HeaderValue::from_static(media_types));
    }

    /// A header.
    pub fn header(&mut self, name: &'static str, value: impl AsText) {
        self.push_header(name, &value.as_text(), false);
    }

    /// A header that is secret: it is marked sensitive.
    pub fn secret_header(
        &mut self,
        name: &'static str,
        prefix: &str,
        value: &(impl Sensitive + ?Sized),
    ) {
        self.remember(value.sensitive());
        self.push_header(name, &joined(prefix, value.sensitive()), true);
    }

    /// `Authorization: Basic` (RFC 7617).
    pub fn basic(
        &mut self,
        user: &(impl Sensitive + ?Sized),
        password: &(impl Sensitive + ?Sized),
    ) {
        self.push_basic(user.sensitive(), password.sensitive());
    }

    /// A cookie.
    pub fn cookie(&mut self, name: &'static str, value: impl AsText) {
        self.push_cookie(name, &value.as_text());
    }

    /// A cookie that is secret.
    pub fn secret_cookie(
        &mut self,
        name: &'static str,
        prefix: &str,
        value: &(impl Sensitive + ?Sized),
    ) {
        self.remember(value.sensitive());
        self.push_cookie(name, &joined(prefix, value.sensitive()));
    }

    /// The body's media type. One of JSON or of a form is sent even where all its parts are left out: an empty
    /// object, an empty form.
    pub fn content_type(&mut self, media_type: &'static str) {
        self.content_type = Some(media_type);
        self.content.begin(media_type);
    }

    /// A value of a JSON body. Objects along the pointer are made; the empty pointer is the whole body.
    pub fn json(&mut self, pointer: &str, value: impl Encode) {
        let done = self.content.put_json(pointer, value.encode());
        self.note(done);
    }

    /// A secret text of a JSON body.
    pub fn secret_json(&mut self, pointer: &str, prefix: &str, value: &(impl Sensitive + ?Sized)) {
        self.remember(value.sensitive());
        let text = crate::Json::String(joined(prefix, value.sensitive()).to_string());
        let done = self.content.put_json(pointer, text);
        self.note(done);
    }

    /// A field of a form body.
    pub fn form(&mut self, name: &str, value: impl AsText) {
        let done = self.content.put_form(name, &value.as_text());
        self.note(done);
    }

    /// A secret field of a form body.
    pub fn secret_form(&mut self, name: &str, prefix: &str, value: &(impl Sensitive + ?Sized)) {
        self.remember(value.sensitive());
        let done = self
            .content
            .put_form(name, &joined(prefix, value.sensitive()));
        self.note(done);
    }

    /// The whole body as text of this media type.
    pub fn text(&mut self, media_type: &'static str, value: impl AsText) {
        self.content_type = Some(media_type);
        self.content = Content::text(&value.as_text());
    }

    /// The whole body as secret text of this media type.
    pub fn secret_text(
        &mut self,
        media_type: &'static str,
        prefix: &str,
        value: &(impl Sensitive + ?Sized),
    ) {
        self.remember(value.sensitive());
        self.content_type = Some(media_type);
        self.content = Content::text(&joined(prefix, value.sensitive()));
    }

    /// The request.
    ///
    /// # Errors
    /// The first value that cannot stand where it has to: a line break in a header, `..` in a path. The place is
    /// named, the value is not.
    pub fn finish(mut self) -> Result<Request, RequestError> {
        self.put_cookies();
        if let Some(error) = self.error {
            return Err(error);
        }
        let method = Method::from_bytes(self.method.as_bytes())
            .map_err(|_| RequestError::unfit("the method", "it is not a token"))?;
        let uri = Uri::try_from(self.target.as_str())
            .map_err(|_| RequestError::unfit("the address", "it is too long or not a URL"))?;
        if let Some(media_type) = self.content_type {
            self.headers
                .entry(CONTENT_TYPE)
                .or_insert(HeaderValue::from_static(media_type));
        }
        let mut request = Request::new(self.content.into_body());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(Arc::new(self.notes));
        Ok(request)
    }

    fn push_segment(&mut self, name: &'static str, value: &str) {
        let done = self.target.push_segment(name, value);
        self.note(done);
        self.notes.path.push((name, Secret::from(value)));
    }

    fn push_header(&mut self, name: &'static str, value: &str, is_sensitive: bool) {
        let value = HeaderValue::from_str(value).map_err(|_| {
            RequestError::unfit(
                format!("header `{name}`"),
                "it has characters that no header can have",
            )
        });
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            RequestError::unfit(format!("header `{name}`"), "this is not a header's name")
        });
        match (name, value) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(is_sensitive);
                self.headers.insert(name, value);
            }
            (Err(error), _) | (_, Err(error)) => self.note(Err(error)),
        }
    }

    fn push_basic(&mut self, user: &str, password: &str) {
        if user.contains(':') {
            self.note(Err(RequestError::unfit(
                "the Basic user name",
                "it has a colon, which ends the name (RFC 7617)",
            )));
        }
        if format!("{user}{password}").chars().any(char::is_control) {
            self.note(Err(RequestError::unfit(
                "the Basic credentials",
                "they have a control character (RFC 7617)",
            )));
        }
        let pair = Zeroizing::new(format!("{user}:{password}"));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        self.remember(user);
        self.remember(password);
        self.remember(&encoded);
        self.push_header("authorization", &joined("Basic ", &encoded), true);
    }

    /// RFC 6265 (section 4.1.1) has no way to escape what a cookie's value cannot hold.
    fn push_cookie(&mut self, name: &'static str, value: &str) {
        let fits = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
        if !value.bytes().all(fits) {
            self.note(Err(RequestError::unfit(
                format!("cookie `{name}`"),
                "it has characters that no cookie can have",
            )));
            return;
        }
        let before = self.cookies.expose();
        let separator = if before.is_empty() { "" } else { "; " };
        self.cookies = Secret::new(format!("{before}{separator}{name}={value}"));
    }

    fn put_cookies(&mut self) {
        if self.cookies.is_empty() {
            return;
        }
        match HeaderValue::from_str(self.cookies.expose()) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(COOKIE, value);
            }
            Err(_) => self.note(Err(RequestError::unfit("a cookie", "its name is not one"))),
        }
    }

    fn remember(&mut self, secret: &str) {
        if !secret.is_empty() {
            self.notes.secrets.push(Secret::from(secret));
        }
    }

    fn note(&mut self, done: Result<(), RequestError>) {
        if let (None, Err(error)) = (&self.error, done) {
            self.error = Some(error);
        }
    }
}

/// A prefix and a secret in one text that is wiped.
fn joined(prefix: &str, secret: &str) -> Zeroizing<String> {
    Zeroizing::new([prefix, secret].concat())
}
