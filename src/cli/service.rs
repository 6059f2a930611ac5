//! Does it answer? The question at the end of a deploy, and after one that had nothing to do.

use std::sync::Arc;
use std::time::Duration;

use crate::blueprint::Goal;
use crate::event::{Happening, Verdict};
use crate::journal::{Journal, Sqlite};
use crate::kind::Kind;
use crate::model::Secrets;
use crate::plan::Plan;
use crate::report::{items, verification_json, verification_text};
use crate::verify::{Limits, Outputs, Verifier, Verify};

use super::error::{CliError, exit};
use super::history::journal_error;
use super::planning::Planned;
use super::screen::Screen;
use super::session::Session;
use super::target::Target;

/// How long a new service may take until it answers.
const PATIENCE: Duration = Duration::from_secs(180);

/// Who says whether the service answers; nobody where the deploy does not go so far, or where no guest is waited for.
pub fn verifier(
    session: &Session,
    target: &Target,
    planned: &Planned,
    secrets: &Arc<Secrets>,
) -> Option<Arc<dyn Verify>> {
    if planned.inputs.until.unwrap_or_default() != Goal::Ready || !waits_for_guests(&planned.plan) {
        return None;
    }
    Some(Arc::new(Verifier {
        chain: planned.chain.clone(),
        outside: !target.is_embedded(),
        cloud: Some(Arc::clone(&session.cloud)),
        secrets: Arc::clone(secrets),
        limits: Limits::default(),
        patience: PATIENCE,
    }))
}

fn waits_for_guests(plan: &Plan) -> bool {
    let items = items(plan);
    let mut addresses = plan.unchanged.keys().chain(items.iter().map(|(address, _)| address));
    addresses.any(|address| Kind::of(address) == Some(Kind::Guest))
}

/// Asks once, where nothing was to be done: is it still well?
pub async fn again(
    session: &Session,
    journal: &Sqlite,
    verifier: &dyn Verify,
    plan: &Plan,
    screen: &Screen,
) -> Result<u8, CliError> {
    let seen = verifier.once(&outputs(plan)).await;
    let what = vec![Happening::Verified { seen: seen.clone(), until: None }];
    let written = journal.append(session.clock.now_ms(), &session.run, what).await;
    written.map_err(|error| journal_error(&error))?;
    if screen.json {
        screen.print_json(&serde_json::json!({ "verification": verification_json(&seen) }), false)?;
    } else {
        screen.print(&format!("\n{}", verification_text(&seen, &screen.look)))?;
    }
    Ok(if seen.verdict() == Verdict::Fails { exit::PARTLY } else { exit::DONE })
}

/// What the plan's unchanged resources gave.
fn outputs(plan: &Plan) -> Outputs {
    let mut outputs: Outputs =
        plan.unchanged.iter().map(|(address, id)| (address.clone(), [("id".to_owned(), id.clone())].into())).collect();
    for (address, more) in &plan.outputs {
        outputs.entry(address.clone()).or_default().extend(more.clone());
    }
    outputs
}
