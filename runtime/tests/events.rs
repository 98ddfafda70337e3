//! One event for each exchange, without a secret in it.
#![cfg(all(feature = "reqwest", feature = "testing"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use token_refresh_runtime::testing::{Answer, Logs, Server, assert_no_secrets};
use token_refresh_runtime::{BaseUrl, ReqwestTransport, refresh};

#[tokio::test]
async fn an_exchange_is_one_debug_event() {
    let body = r#"{"access_token": "planted-access", "error_description": "planted-grant-1/a+b="}"#;
    let server = Server::start([
        Answer::json(200, body),
        Answer::json(503, body),
        Answer::reset(),
    ]);
    let provider = Plain(BaseUrl::parse(&server.url()).unwrap());
    let transport = ReqwestTransport::builder().no_proxy().build().unwrap();
    let logs = Logs::capture();
    for (events, outcome) in [(1, "status=200"), (2, "status=503"), (3, "in doubt")] {
        let _ = refresh(&provider, &transport, &RefreshToken::from(GRANT)).await;
        let text = logs.text();
        assert_eq!(text.matches("token refresh").count(), events, "{text}");
        assert!(text.contains("plain") && text.contains(outcome), "{text}");
    }
    assert_no_secrets(&PLANTED, &logs.text());
    assert_no_secrets(&["planted-access"], &logs.text());
}
