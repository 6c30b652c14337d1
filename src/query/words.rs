//! Words of our statements that are no keywords of the parser.

use datafusion::sql::sqlparser::{
    ast::Ident,
    parser::{Parser, ParserError},
    tokenizer::Token,
};

/// Whether the token that is `ahead` of the next one is this word.
pub(super) fn is_word_ahead(parser: &Parser, ahead: usize, word: &str) -> bool {
    matches!(
        &parser.peek_nth_token_ref(ahead).token,
        Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word)
    )
}

/// Consumes the next token if it is this word.
pub(super) fn consume_word(parser: &mut Parser, word: &str) -> bool {
    let is_word = is_word_ahead(parser, 0, word);
    if is_word {
        parser.advance_token();
    }
    is_word
}

/// # Errors
/// A parser error, with line and column, when another token comes.
pub(super) fn expect_word(parser: &mut Parser, word: &str) -> Result<(), ParserError> {
    match consume_word(parser, word) {
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
