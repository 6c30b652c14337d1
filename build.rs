//! Rebuilds when a report or a mapping is added, which the compiler cannot see.

fn main() {
    println!("cargo::rerun-if-changed=queries");
    println!("cargo::rerun-if-changed=docs/connectors");
}
