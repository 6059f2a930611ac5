//! Texts of several pieces. Secrets come to stand in them here and nowhere before.

use crate::cloud::{Cloud, CloudError};
use crate::model::{Piece, Value};

use super::Scope;
use super::json::unresolved;
use super::signed_url::signed;

/// It as one text; every piece of it must be known by now.
pub(super) async fn whole(value: &Value, scope: Scope<'_>, cloud: &Cloud) -> Result<String, CloudError> {
    let composed = match value {
        Value::Text(text) => return Ok(text.clone()),
        Value::Composed(composed) => composed,
        _ => return Err(unresolved("a text of pieces")),
    };
    let mut text = String::new();
    for piece in &composed.pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::SignedUrl(url) => text.push_str(&signed(cloud, scope, url).await?),
            Piece::Secret(name) => text.push_str(scope.secret(name)?),
            Piece::Output(_) => return Err(unresolved("a piece of a text")),
        }
    }
    Ok(text)
}
