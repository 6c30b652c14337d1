//! Words of our statements that are no keywords of the parser.

use datafusion::sql::sqlparser::{
    ast::Ident,
    parser::{Parser, ParserError},
    tokenizer::Token,
};

/// Consumes these words if they come next; else nothing.
pub(super) fn consume_words(parser: &mut Parser, words: &[&str]) -> bool {
    let come_next = words.iter().enumerate().all(|(ahead, word)| {
        matches!(
            &parser.peek_nth_token_ref(ahead).token,
            Token::Word(found)
                if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word)
        )
    });
    if come_next {
        words.iter().for_each(|_| parser.advance_token());
    }
    come_next
}

/// # Errors
/// A parser error, with line and column, when another token comes.
pub(super) fn expect_word(parser: &mut Parser, word: &str) -> Result<(), ParserError> {
    match consume_words(parser, &[word]) {
        true => Ok(()),
        false => parser.expected(word, parser.peek_token()),
    }
}

/// A name as SQL reads it: lower case unless quoted.
pub(super) fn name(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_lowercase(),
    }
}
