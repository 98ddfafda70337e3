//! Clients that the build script makes from a spec of one's own, with nothing committed.

token_refresh_runtime::include_clients!();

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use token_refresh_runtime::{
        BuildError, Provider, Request, Response, Sending, Transport, http::StatusCode,
    };

    use crate::acme::{Client, RefreshToken, Refusal, Tokens};

    /// Answers every request in the same way.
    #[derive(Debug)]
    struct Canned(StatusCode, &'static str);

    impl Transport for Canned {
        fn send(&self, _: Request) -> Sending<'_> {
            let mut response = Response::new(self.1.into());
            *response.status_mut() = self.0;
            Box::pin(async { Ok(response) })
        }
    }

    fn client(status: StatusCode, body: &'static str) -> Result<Client, BuildError> {
        Client::builder()
            .tenant("blue")
            .client_id("an-application")
            .transport(Arc::new(Canned(status, body)))
            .build()
    }

    /// Canned answers are never waited for.
    fn now<T>(future: impl Future<Output = T>) -> T {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(future).poll(&mut context) {
            std::task::Poll::Ready(value) => value,
            std::task::Poll::Pending => panic!("the answer is there already"),
        }
    }

    #[test]
    fn the_request_is_made_as_the_spec_says() {
        let client = client(StatusCode::OK, "{}").unwrap();
        let request = client.request(&RefreshToken::new("r3fr3sh")).unwrap();
        assert_eq!(request.uri(), "https://blue.acme.example/oauth/token");
        let body = std::str::from_utf8(request.body().as_bytes()).unwrap();
        assert_eq!(
            body,
            "grant_type=refresh_token&refresh_token=r3fr3sh&client_id=an-application"
        );
    }

    #[test]
    fn the_refresh_token_stays_where_none_comes() {
        let client = client(
            StatusCode::OK,
            r#"{"access_token": "a", "expires_in": 3600}"#,
        )
        .unwrap();
        let mut kept = Tokens::from_refresh("r3fr3sh");
        kept.update(now(client.refresh(&kept)).unwrap());
        assert_eq!(kept.refresh_token.expose(), "r3fr3sh");
        assert_eq!(kept.access_token.unwrap().expose(), "a");
    }

    #[test]
    fn a_refusal_is_typed_and_says_what_to_do() {
        let client = client(StatusCode::BAD_REQUEST, r#"{"error": "invalid_grant"}"#).unwrap();
        let error = now(client.refresh(&RefreshToken::new("old"))).unwrap_err();
        assert!(error.needs_reauthentication());
        assert_eq!(error.how().how, Some("Sign in at Acme again."));
        assert!(matches!(error.refusal(), Some(Refusal::BadRequest(_))));
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = Client::builder()
            .client_id("an-application")
            .build()
            .unwrap_err();
        assert_eq!(error.missing_setting(), Some("tenant"));
    }
}
