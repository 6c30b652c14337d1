//! Rebuilds when a report is added, which the compiler cannot see.

fn main() {
    println!("cargo::rerun-if-changed=queries");
}
