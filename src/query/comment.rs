//! The comment at the top of a query file: which question the view answers, and what a row is.
//!
//! ```sql
//! -- Which conversation earned each order?
//! -- Grain: one order.
//! -- Source: Vendor, "Title of the page"
//! --
//! -- Whatever else a reader should know.
//! ```

/// What the leading comment of a query file says, part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comment {
    pub question: Option<String>,
    pub grain: Option<String>,
    /// The page that defines the numbers; the metric view of a report states it for all its views.
    pub source: Option<String>,
}

impl Comment {
    /// # Arguments
    /// `text`: of the file. A part goes on in the next line, until an empty one.
    pub(super) fn of(text: &str) -> Self {
        let mut comment = Self::default();
        let mut part = Some(&mut comment.question);
        for line in text.lines().map_while(|line| line.strip_prefix("--")) {
            let mut line = line.trim();
            if let Some(rest) = line.strip_prefix("Grain:") {
                (part, line) = (Some(&mut comment.grain), rest.trim());
            } else if let Some(rest) = line.strip_prefix("Source:") {
                (part, line) = (Some(&mut comment.source), rest.trim());
            } else if line.is_empty() {
                part = None;
            }
            match &mut part {
                Some(Some(said)) => {
                    said.push(' ');
                    said.push_str(line);
                }
                Some(empty) => **empty = Some(line.to_owned()),
                None => {}
            }
        }
        comment
    }
}

#[cfg(test)]
mod tests {
    use super::Comment;

    fn parts(text: &str) -> [Option<String>; 3] {
        let Comment {
            question,
            grain,
            source,
        } = Comment::of(text);
        [question, grain, source]
    }

    #[test]
    fn a_part_ends_with_the_next_or_an_empty_line() {
        let text = "-- Who sold\n-- most?\n-- Grain: one agent,\n--   best first.\n\
                    -- Source: Shop, \"Sales\"\n--\n-- The rest.\ncreate view a.b as select 1\n-- later";
        let [question, grain, source] = parts(text);
        assert_eq!(question.as_deref(), Some("Who sold most?"));
        assert_eq!(grain.as_deref(), Some("one agent, best first."));
        assert_eq!(source.as_deref(), Some("Shop, \"Sales\""));
    }

    #[test]
    fn what_is_not_said_is_not_there() {
        assert_eq!(parts("create view a as select 1"), [None, None, None]);
        let grain = Some("one day.".to_owned());
        assert_eq!(parts("-- Grain: one day.\nselect"), [None, grain, None]);
    }
}
