//! The roles that the documentation shows.

use std::{fs, path::Path};

use tributary::{config::Security, security::Roles};

#[test]
fn the_roles_of_the_documentation_are_roles() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/roles.md");
    let text = fs::read_to_string(page).unwrap();
    let blocks: Vec<_> = text.split("```toml\n").skip(1).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let toml = block.split("```").next().unwrap();
        let whole: toml::Table = toml::from_str(toml).unwrap();
        let security: Security = whole["security"].clone().try_into().unwrap();
        Roles::of(&security.roles).unwrap();
    }
}
