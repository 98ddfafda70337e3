//! The strict server in a process of its own, so that its work is in no figure.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use token_refresh_runtime::testing::StrictServer;

use crate::front;
use crate::provider::{LIFECYCLE, Tokens, signed_in};

/// That process.
pub(crate) struct Away {
    child: Child,
    pub(crate) url: String,
    /// The same server behind TLS.
    pub(crate) secure_url: String,
    pub(crate) grant: String,
}

impl Away {
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let said = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut lines = said.lines().map(|line| line.expect("the server speaks"));
        let url = lines.next().expect("an address");
        let secure_url = lines.next().expect("another one");
        let grant = lines.next().expect("a grant");
        Self {
            child,
            url,
            secure_url,
            grant,
        }
    }

    /// What a sign-in gives.
    pub(crate) fn signed_in(&self) -> Tokens {
        signed_in(&self.grant)
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// What that process does: serves until nobody listens.
pub(crate) fn serve() {
    let server = StrictServer::builder(&LIFECYCLE).start();
    let signed_in = server.sign_in();
    let address = server.url().trim_start_matches("http://").to_owned();
    println!(
        "{}\nhttps://localhost:{}",
        server.url(),
        front::start(address)
    );
    println!("{}", signed_in.text("refreshToken").unwrap_or_default());
    drop(std::io::stdin().read_line(&mut String::new()));
}
