//! `attribute()` written the obvious way: every touchpoint against every conversion.

/// Seconds since 1970; small numbers, so that ties and window edges are common.
#[derive(Debug, Clone)]
pub(crate) struct Conversion {
    pub(crate) id: i64,
    pub(crate) key: Option<u8>,
    pub(crate) time: Option<i64>,
    pub(crate) cents: Option<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Touchpoint {
    pub(crate) id: i64,
    pub(crate) key: Option<u8>,
    pub(crate) time: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) direct: Option<bool>,
}

pub(crate) const MODELS: &str = "first_touch, last_touch, first_non_direct_touch, \
    last_non_direct_touch, linear, time_decay, position_based, j_shaped, inverse_j_shaped, any_touch";

/// One line per row of the result: order_id, model, activity_id, position, path_length, credit,
/// cents, lag_seconds, reason.
pub(crate) fn attribute(
    conversions: &[Conversion],
    touchpoints: &[Touchpoint],
    lookback: i64,
    half_life: i64,
    unattributed: bool,
) -> Vec<String> {
    let mut lines = vec![];
    for conversion in conversions {
        let mut path: Vec<_> = touchpoints
            .iter()
            .filter(|touch| is_eligible(conversion, touch, lookback))
            .collect();
        path.sort_by_key(|touch| (touch.time, touch.id));
        for model in MODELS.split(", ") {
            if path.is_empty() && unattributed {
                let reason = match conversion.key {
                    None => "no_key",
                    Some(_) => "no_touchpoint_in_lookback",
                };
                lines.push(format!("{} {model} - - 0 - - - {reason}", conversion.id));
            }
            let ages: Vec<_> = path
                .iter()
                .map(|t| conversion.time.unwrap() - t.time.unwrap())
                .collect();
            let direct: Vec<_> = path.iter().map(|t| t.direct == Some(true)).collect();
            let credits = credits(model, &ages, &direct, half_life);
            let cents = conversion.cents.map(|cents| split(cents, &credits, model));
            for (idx, touch) in path
                .iter()
                .enumerate()
                .filter(|(idx, _)| credits[*idx] > 0.0)
            {
                let cents = cents
                    .as_ref()
                    .map_or("-".into(), |cents| cents[idx].to_string());
                lines.push(format!(
                    "{} {model} {} {} {} {:.9} {cents} {} credited",
                    conversion.id,
                    touch.id,
                    idx + 1,
                    path.len(),
                    credits[idx],
                    ages[idx],
                ));
            }
        }
    }
    lines.sort();
    lines
}

fn is_eligible(conversion: &Conversion, touch: &Touchpoint, lookback: i64) -> bool {
    let (Some(time), Some(touched)) = (conversion.time, touch.time) else {
        return false;
    };
    conversion.key.is_some()
        && conversion.key == touch.key
        && touched <= time
        && time - touched <= lookback
        && touch.end.is_none_or(|end| time < end)
}

fn credits(model: &str, ages: &[i64], direct: &[bool], half_life: i64) -> Vec<f64> {
    let n = ages.len();
    if n == 0 {
        return vec![];
    }
    let only = |winner: usize| (0..n).map(|idx| f64::from(idx == winner)).collect();
    let ends = |first: f64, last: f64| match n {
        1 => vec![1.0],
        2 => vec![first / (first + last), last / (first + last)],
        _ => (0..n)
            .map(|idx| match idx {
                0 => first,
                _ if idx == n - 1 => last,
                _ => 0.2 / (n - 2) as f64,
            })
            .collect(),
    };
    match model {
        "first_touch" => only(0),
        "last_touch" => only(n - 1),
        "first_non_direct_touch" => only(direct.iter().position(|direct| !direct).unwrap_or(0)),
        "last_non_direct_touch" => only(direct.iter().rposition(|direct| !direct).unwrap_or(n - 1)),
        "linear" => vec![1.0 / n as f64; n],
        "time_decay" => {
            let weight = |age: &i64| 0.5_f64.powf(*age as f64 / half_life as f64);
            let total: f64 = ages.iter().map(weight).sum();
            ages.iter().map(|age| weight(age) / total).collect()
        }
        "position_based" => ends(0.4, 0.4),
        "j_shaped" => ends(0.2, 0.6),
        "inverse_j_shaped" => ends(0.6, 0.2),
        "any_touch" => vec![1.0; n],
        other => panic!("no model {other}"),
    }
}

/// Largest remainder; remainders that differ by less than a millionth count as equal.
fn split(cents: i64, credits: &[f64], model: &str) -> Vec<i64> {
    if model == "any_touch" {
        return vec![cents; credits.len()];
    }
    let exact: Vec<_> = credits
        .iter()
        .map(|credit| cents.abs() as f64 * credit)
        .collect();
    let mut pieces: Vec<_> = exact
        .iter()
        .map(|exact| (exact + 1e-7).floor() as i64)
        .collect();
    let mut by_remainder: Vec<usize> = (0..credits.len()).collect();
    let remainder = |idx: usize| ((exact[idx] + 1e-7).fract() * 1e6).round() as i64;
    by_remainder.sort_by_key(|&idx| -remainder(idx));
    let left_over = cents.abs() - pieces.iter().sum::<i64>();
    for &idx in by_remainder.iter().take(left_over as usize) {
        pieces[idx] += 1;
    }
    pieces
        .into_iter()
        .map(|piece| piece * cents.signum())
        .collect()
}
