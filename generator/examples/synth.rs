//! Prints the document on which the generator's speed is measured: `synth 1000 > synth.yaml`.

#[path = "../benches/synth.rs"]
mod synth;

fn main() {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok());
    match count {
        Some(count) => print!("{}", synth::document(count)),
        None => {
            eprintln!("usage: synth COUNT");
            std::process::exit(2);
        }
    }
}
