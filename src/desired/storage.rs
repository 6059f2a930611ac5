//! Object containers. Their names end in the environment's id, because that is all they say of whose they are.

use crate::model::{Address, Value};

use super::draft::{Draft, properties};

pub(super) fn add(draft: &mut Draft<'_>) {
    for storage in &draft.blueprint.storage {
        let name = format!("{}-{}", draft.environment.resource_name(&storage.name), draft.environment.id());
        draft.add(Address::new("container", &storage.name), properties([("name", Value::from(name))]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use crate::model::Address;

    #[test]
    fn a_container_is_named_after_the_environment_and_holds_data() {
        let world = testing::shop();
        let desired = world.desired();
        let name = format!("shop-assets-{}", world.environment.id());
        assert_eq!(testing::json(&desired, "container.assets"), serde_json::json!({"name": name}));
        assert!(desired.resources[&Address::new("container", "assets")].bears_data);
    }
}
