//! Signed addresses of objects (Swift's TempURL): whoever holds one may read or write that one object for a time.
//! <https://docs.openstack.org/swift/latest/api/temporary_url_middleware.html>

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::cloud::{Cloud, CloudError};
use crate::kind::{Kind, SIGNALS_KEY, signals};
use crate::model::{SecretName, Service, SignedUrl, UrlMethod, Value};

use super::Scope;
use super::json::unresolved;

/// For how long, in seconds: a first boot that takes a day will not end.
const VALID: i64 = 24 * 60 * 60;

/// With which digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digest {
    Sha1,
    Sha256,
}

/// The address, valid from now on.
pub(super) async fn signed(cloud: &Cloud, scope: Scope<'_>, url: &SignedUrl) -> Result<String, CloudError> {
    let container = scope
        .known
        .iter()
        .find(|it| it.kind == Kind::Container && it.address.as_ref() == Some(&url.container))
        .ok_or_else(|| unresolved(&format!("the name of {}", url.container)))?;
    let secret = match container.properties.get("temp_url_key") {
        Some(Value::Secret(secret)) => secret.name.clone(),
        // The cloud does not say which one it was made with; this one has always the same.
        _ if url.container == signals() => SecretName(SIGNALS_KEY.into()),
        _ => return Err(unresolved(&format!("the key of {}", url.container))),
    };
    let key = scope.secret(&secret)?;
    let digest = digest(cloud).await?;
    let base = cloud.public_endpoint(Service::ObjectStore)?;
    let object = format!("{base}/{}/{}", container.id, super::container::encoded(&url.object));
    let expires = cloud.now_ms() / 1000 + VALID;
    let method = match url.method {
        UrlMethod::Get => "GET",
        UrlMethod::Put => "PUT",
    };
    let path = format!("{}/{}/{}", path(base), container.id, url.object);
    let signature = signature(digest, key, &format!("{method}\n{expires}\n{path}"));
    Ok(format!("{object}?temp_url_sig={signature}&temp_url_expires={expires}"))
}

/// The account's path as Swift sees it: from its version on, whatever stands before that (`/swift` on some gateways).
fn path(base: &str) -> &str {
    base.find("/v1").map_or("", |at| &base[at..])
}

/// The strongest of the two that the object store takes. Where it does not say, it is a newer one that hides it; one that speaks of
/// signed addresses and of no digests is older than the choice.
async fn digest(cloud: &Cloud) -> Result<Digest, CloudError> {
    let about = cloud.about_objects().await?;
    if about.is_null() {
        return Ok(Digest::Sha256);
    }
    let Some(signing) = about.get("tempurl") else {
        let why = "the object store does not offer signed addresses (TempURL), by which guests report".to_owned();
        return Err(CloudError::NotSent { request: "a signed address".into(), why });
    };
    let allowed = signing.get("allowed_digests").and_then(serde_json::Value::as_array);
    let has = |name: &str| allowed.is_some_and(|all| all.iter().any(|one| one == name));
    match (has("sha256"), allowed.is_none() || has("sha1")) {
        (true, _) => Ok(Digest::Sha256),
        (false, true) => Ok(Digest::Sha1),
        (false, false) => {
            let why = "the object store takes signed addresses neither with sha256 nor with sha1".to_owned();
            Err(CloudError::NotSent { request: "a signed address".into(), why })
        }
    }
}

fn signature(digest: Digest, key: &str, message: &str) -> String {
    match digest {
        Digest::Sha1 => hex::<Hmac<Sha1>>(key, message),
        Digest::Sha256 => hex::<Hmac<Sha256>>(key, message),
    }
}

fn hex<M: Mac + KeyInit>(key: &str, message: &str) -> String {
    let mac = <M as Mac>::new_from_slice(key.as_bytes()).expect("an HMAC takes keys of any length");
    let bytes = mac.chain_update(message.as_bytes()).finalize().into_bytes();
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
