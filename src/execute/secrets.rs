//! The secrets that a plan needs: those that are not there yet are made, and kept before anybody is given one.

use crate::journal::{Journal, JournalError};
use crate::model::Secrets;
use crate::plan::Plan;
use crate::runtime::Ids;

/// Every secret of the environment, those that the plan needs among them. A process that ends after this leaves them to the
/// next one, which uses the same.
pub async fn secrets_for(plan: &Plan, journal: &dyn Journal, ids: &dyn Ids) -> Result<Secrets, JournalError> {
    let there = journal.secrets().await?;
    let mut made = Secrets::default();
    for (name, shape) in plan.secrets.iter().filter(|(name, _)| there.get(name).is_none()) {
        made.insert(name.clone(), ids.letters(shape.length));
    }
    if made.is_empty() { Ok(there) } else { journal.keep(made).await }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::execute::tests::plan_of;
    use crate::journal::Memory;
    use crate::model::{SecretName, SecretShape};
    use crate::runtime::RandomIds;

    #[tokio::test]
    async fn what_is_missing_is_made_and_what_is_there_stays() {
        let (app, root) = (SecretName("db.app".into()), SecretName("db.root".into()));
        let mut plan = plan_of(Vec::new());
        let journal = Memory::new();
        plan.secrets.insert(app.clone(), SecretShape { length: 24 });
        let first = secrets_for(&plan, &journal, &RandomIds).await.expect("made");
        plan.secrets.insert(root.clone(), SecretShape { length: 40 });
        let second = secrets_for(&plan, &journal, &RandomIds).await.expect("made");
        let value = |secrets: &Secrets, name| secrets.get(name).expect("there").expose_secret().to_owned();
        assert_eq!(value(&first, &app), value(&second, &app), "the next run uses the same");
        assert_eq!((value(&second, &app).len(), value(&second, &root).len()), (24, 40));
        assert_eq!(journal.all_secrets().fingerprints(), second.fingerprints());
    }
}
