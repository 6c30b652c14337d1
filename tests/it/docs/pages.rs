//! Pages: where they are, their SQL blocks and headings, and how generated ones are kept current.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Set to write the generated pages instead of comparing them.
const WRITE: &str = "TRIBUTARY_WRITE_DOCS";

/// Whether pages are written, and may differ from one moment to the next.
pub(super) fn is_writing() -> bool {
    std::env::var(WRITE).is_ok()
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of the repository, as a path from its root.
pub(super) fn all() -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                open.push(path);
            } else if name.ends_with(".md") {
                let path = path.strip_prefix(root()).unwrap();
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

pub(super) fn read(page: &str) -> Option<String> {
    fs::read_to_string(root().join(page)).ok()
}

/// Compares generated pages with the files, or writes them.
pub(super) fn keep_current(pages: &[(String, String)]) {
    let stale: Vec<_> = pages
        .iter()
        .filter(|(page, text)| read(page).as_ref() != Some(text))
        .collect();
    if is_writing() {
        for (page, text) in stale {
            fs::create_dir_all(root().join(page).parent().unwrap()).unwrap();
            fs::write(root().join(page), text).unwrap();
        }
        return;
    }
    let stale: Vec<_> = stale.iter().map(|(page, _)| page.as_str()).collect();
    assert!(
        stale.is_empty(),
        "{} differ from the code: run `{WRITE}=1 cargo test --workspace docs::` to write them",
        stale.join(", ")
    );
}

/// The same for a folder in which every page is generated.
pub(super) fn keep_folder_current(folder: &str, pages: &[(String, String)]) {
    keep_current(pages);
    for page in all().iter().filter(|page| page.starts_with(folder)) {
        let is_known = pages.iter().any(|(known, _)| known == page);
        assert!(is_known, "{page} is about nothing that there is: delete it");
    }
}

/// The page with what is between the marks of a section replaced.
pub(super) fn with_section(page: &str, text: &str, name: &str, section: &str) -> String {
    let (begin, end) = (
        format!("<!-- {name}: generated -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let replaced = || {
        let (before, rest) = text.split_once(&begin)?;
        let (_, after) = rest.split_once(&end)?;
        Some(format!(
            "{before}{begin}\n{}\n\n{end}{after}",
            section.trim()
        ))
    };
    replaced().unwrap_or_else(|| panic!("{page} must have the lines {begin}and {end}"))
}

/// The blocks of a language, fences left out.
pub(super) fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}");
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == fence {
            let block = lines.by_ref().take_while(|line| line.trim() != "```");
            blocks.push(block.collect::<Vec<_>>().join("\n"));
        }
    }
    blocks
}

/// The lines that are not code.
pub(super) fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// A row of a table, in which a bar is no separator.
pub(super) fn row(cells: &[&str]) -> String {
    let cells = cells.iter().map(|cell| cell.replace('|', "\\|"));
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = String>) -> String {
    let rule = vec!["---"; head.len()].join("|");
    let rows: String = rows.into_iter().collect();
    format!("{}|{rule}|\n{rows}", row(head))
}
