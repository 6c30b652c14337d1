//! What the parser refuses, put into a form that it takes, on the tokens.
//!
//! `{fn extract(year from x)}`: what is in the braces of ODBC is read as a call with commas, which
//! some functions are not, so their braces are taken off. `current_user()`: the parser knows it
//! without parentheses only, as a keyword, and with them as any other function.

use datafusion::sql::sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

const KEYWORD_FUNCTIONS: [&str; 4] = ["extract", "position", "cast", "trim"];

/// Makes ordinary names of the keywords that name the user or catalog and come before `(`.
pub(crate) fn allow_parentheses(tokens: &mut [TokenWithSpan]) {
    for idx in 0..tokens.len() {
        let mut following = tokens[idx + 1..].iter();
        let next = following.find(|it| !matches!(it.token, Token::Whitespace(_)));
        let is_called = next.is_some_and(|it| it.token == Token::LParen);
        if let Token::Word(word) = &mut tokens[idx].token
            && is_called
            && let Keyword::CURRENT_USER | Keyword::SESSION_USER | Keyword::CURRENT_CATALOG =
                word.keyword
        {
            word.keyword = Keyword::NoKeyword;
        }
    }
}

/// Takes `{fn` and its `}` off these functions; every other brace stays.
pub(crate) fn unwrap_keyword_functions(tokens: &mut Vec<TokenWithSpan>) {
    // For each open brace, whether it is taken off.
    let mut open = Vec::new();
    let mut taken_off = Vec::new();
    for (idx, token) in tokens.iter().enumerate() {
        match token.token {
            Token::LBrace => {
                let mut next = words_after(tokens, idx);
                let name = match next.next() {
                    Some((fn_idx, "fn")) => next.next().map(|(_, name)| (fn_idx, name)),
                    _ => None,
                };
                let off = name.filter(|(_, name)| KEYWORD_FUNCTIONS.contains(name));
                if let Some((fn_idx, _)) = off {
                    taken_off.extend([idx, fn_idx]);
                }
                open.push(off.is_some());
            }
            Token::RBrace if open.pop() == Some(true) => taken_off.push(idx),
            _ => {}
        }
    }
    let mut idx = 0;
    tokens.retain(|_| {
        idx += 1;
        !taken_off.contains(&(idx - 1))
    });
}

/// The unquoted words that follow a token, in lower case where they matter here, up to anything
/// else.
fn words_after(tokens: &[TokenWithSpan], idx: usize) -> impl Iterator<Item = (usize, &str)> {
    let following = tokens.iter().enumerate().skip(idx + 1);
    following
        .filter(|(_, token)| !matches!(token.token, Token::Whitespace(_)))
        .map_while(|(idx, token)| match &token.token {
            Token::Word(word) if word.quote_style.is_none() => Some((idx, known(&word.value))),
            _ => None,
        })
}

fn known(word: &str) -> &str {
    let names = KEYWORD_FUNCTIONS.iter().chain(&["fn"]);
    names
        .copied()
        .find(|name| word.eq_ignore_ascii_case(name))
        .unwrap_or(word)
}
