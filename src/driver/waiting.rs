//! One list call for all that is waited for, and a request for each one that the list did not show
//! (what lost its mark is not gone) or showed as failed.

use std::collections::BTreeMap;

use crate::cloud::{Cloud, CloudError};
use crate::model::Address;
use crate::snapshot::{Observed, Status};

use super::{Driver, Progress, Scope, Waiting};

/// How these are doing by the kind's own list, and what else it shows.
pub(super) async fn by_list<D: Driver + ?Sized>(
    driver: &D,
    cloud: &Cloud,
    scope: Scope<'_>,
    waiting: &[Waiting],
) -> Result<(BTreeMap<Address, Progress>, Vec<Observed>), CloudError> {
    let mut shown = driver.list(cloud, scope).await?;
    let mut progress = BTreeMap::new();
    for one in waiting {
        let listed =
            shown.iter().position(|observed| observed.id == one.id).map(|position| shown.swap_remove(position));
        let found = match listed {
            Some(observed) if !matches!(observed.status, Status::Failed(_)) => Some(observed),
            // A list may show a failure before its reason is written.
            _ => driver.get(cloud, scope, &one.id, &one.properties).await?,
        };
        let state = found.map_or(Progress::Gone, |observed| Progress::There(observed.status, observed.outputs));
        progress.insert(one.address.clone(), state);
    }
    Ok((progress, shown))
}
