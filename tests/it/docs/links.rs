//! Links between pages lead somewhere.

use std::path::Path;

use super::pages;

#[test]
fn relative_links_lead_somewhere() {
    if pages::is_writing() {
        return;
    }
    let mut dead = Vec::new();
    let mut count = 0;
    for page in pages::all() {
        let text = pages::read(&page).unwrap();
        for line in pages::prose(&text) {
            for target in targets(line) {
                count += 1;
                if !leads_somewhere(&page, target) {
                    dead.push(format!("{page}: {target}"));
                }
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
    assert!(count >= 20, "only {count} links were found");
}

#[test]
fn headings_have_the_anchors_of_github() {
    for (heading, anchor) in [
        ("# SQL", "sql"),
        (
            "## `revenue`: what did support earn?",
            "revenue-what-did-support-earn",
        ),
        ("### Read on", "read-on"),
    ] {
        assert_eq!(anchor_of(heading).as_deref(), Some(anchor));
    }
    assert_eq!(anchor_of("#hashtag"), None);
}

/// What `[text](target)` and `[text]: target` name, but for addresses of the web.
fn targets(line: &str) -> Vec<&str> {
    let inline = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let mut targets: Vec<_> = inline.map(|(target, _)| target).collect();
    if line.starts_with('[')
        && let Some((_, target)) = line.split_once("]: ")
    {
        targets.push(target);
    }
    targets.retain(|target| !target.contains("://"));
    targets
}

fn leads_somewhere(page: &str, target: &str) -> bool {
    let (path, anchor) = match target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (target, None),
    };
    let folder = Path::new(page).parent().unwrap();
    let found = match path {
        "" => pages::root().join(page),
        path => pages::root().join(folder).join(path),
    };
    match anchor {
        None => found.exists(),
        Some(anchor) => std::fs::read_to_string(found).is_ok_and(|text| {
            pages::prose(&text)
                .filter_map(anchor_of)
                .any(|heading| heading == anchor)
        }),
    }
}

/// The name that GitHub gives a heading.
fn anchor_of(line: &str) -> Option<String> {
    let heading = line.trim_start_matches('#');
    if heading == line || !heading.starts_with(' ') {
        return None;
    }
    let kept = heading.trim().chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        letter if letter.is_alphanumeric() || "-_".contains(letter) => Some(letter),
        _ => None,
    });
    Some(kept.flat_map(char::to_lowercase).collect())
}
