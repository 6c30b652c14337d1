//! The modes of a funnel, by the names that ClickHouse gave them.

use datafusion::common::{Result, plan_err};

/// What makes a funnel stricter; several may be set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mode {
    /// Once the first step was seen, an event that is no step, or is a step whose predecessor was
    /// not reached, ends the search.
    pub(super) strict_order: bool,
    /// A second event for a step already reached, other than the first, ends the search.
    pub(super) strict_deduplication: bool,
    /// Each step is later than the one before, not at the same instant.
    pub(super) strict_increase: bool,
    /// A row counts for one step only.
    pub(super) strict_once: bool,
    /// With `strict_order`: a step that comes too early is skipped and does not end the search.
    pub(super) allow_reentry: bool,
}

impl Mode {
    /// Reads names separated by commas, from each of `texts`.
    ///
    /// # Errors
    /// At planning, for a name that is none of these, and for `allow_reentry` without
    /// `strict_order`.
    pub(super) fn parse<'a>(
        function: &str,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        let mut mode = Self::default();
        for name in texts.into_iter().flat_map(|text| text.split(',')) {
            match name.trim() {
                "strict_order" => mode.strict_order = true,
                "strict_deduplication" => mode.strict_deduplication = true,
                "strict_increase" => mode.strict_increase = true,
                "strict_once" => mode.strict_once = true,
                "allow_reentry" => mode.allow_reentry = true,
                other => {
                    return plan_err!(
                        "{function}: argument mode must be strict_order, strict_deduplication, \
                         strict_increase, strict_once or allow_reentry, got {other}"
                    );
                }
            }
        }
        if mode.allow_reentry && !mode.strict_order {
            return plan_err!(
                "{function}: argument mode must have strict_order beside allow_reentry, got \
                 allow_reentry alone"
            );
        }
        Ok(mode)
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;

    #[test]
    fn names_come_in_one_text_or_in_several() {
        let expected = Mode {
            strict_order: true,
            strict_once: true,
            ..Mode::default()
        };
        for texts in [
            &["strict_order,strict_once"][..],
            &["strict_once", "strict_order"],
            &[" strict_order , strict_once", "strict_once"],
        ] {
            assert_eq!(Mode::parse("f", texts.iter().copied()).unwrap(), expected);
        }
        assert_eq!(Mode::parse("f", []).unwrap(), Mode::default());
    }

    #[test]
    fn other_names_are_refused() {
        for (text, expected) in [
            ("strict", "strict_once or allow_reentry, got strict"),
            ("strict_order,", "got "),
            ("allow_reentry", "got allow_reentry alone"),
        ] {
            let error = Mode::parse("f", [text]).unwrap_err().to_string();
            assert!(error.ends_with(expected), "{error}");
        }
    }
}
