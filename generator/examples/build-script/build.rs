//! Makes the clients of `specs/`.

fn main() {
    token_refresh_generator::Build::new("specs").compile();
}
