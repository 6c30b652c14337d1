//! The documentation of the functions that speak of the caller.

use std::sync::LazyLock;

use datafusion::logical_expr::{Documentation, scalar_doc_sections::DOC_SECTION_OTHER};

use super::attributes::Asked;

pub(super) fn documentation(asked: Asked) -> &'static Documentation {
    match asked {
        Asked::Team => &TEAM,
        Asked::Attribute => &ATTRIBUTE,
        Asked::Attributes => &ATTRIBUTES,
        Asked::Role => &ROLE,
    }
}

static TEAM: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "Names the team of who asks, for row policies such as `team_id = current_team()`.\n\
         \n\
         Returns: the user's attribute `team_id` as VARCHAR.\n\
         \n\
         NULL: for a user without a team, whom a comparison with it then shows no row.\n\
         \n\
         Errors: at planning, for a user of several teams: compare with \
         `any(current_attributes('team_id'))`.",
        "current_team()",
    )
    .with_sql_example(
        "```sql\n\
         > select current_team() is null as is_of_no_team;\n\
         +---------------+\n\
         | is_of_no_team |\n\
         +---------------+\n\
         | true          |\n\
         +---------------+\n\
         ```",
    )
    .with_related_udf("current_attribute")
    .build()
});

static ATTRIBUTE: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "Returns what the configuration or the login token says of who asks, for row policies such \
         as `store_id = current_attribute('store_id')`.\n\
         \n\
         Returns: the value of the user's attribute as VARCHAR.\n\
         \n\
         NULL: for a user without the attribute, whom a comparison with it then shows no row.\n\
         \n\
         Errors: at planning, for an attribute of several values: compare with \
         `any(current_attributes('store_id'))`; at execution, for a name that is not a constant.",
        "current_attribute(name)",
    )
    .with_sql_example(
        "```sql\n\
         > select current_attribute('store_id') is null as is_of_no_store;\n\
         +----------------+\n\
         | is_of_no_store |\n\
         +----------------+\n\
         | true           |\n\
         +----------------+\n\
         ```",
    )
    .with_argument("name", "name of the attribute, a constant")
    .with_related_udf("current_attributes")
    .build()
});

static ATTRIBUTES: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "Lists what the configuration or the login token says of who asks, for row policies such as \
         `store_id = any(current_attributes('store_id'))`.\n\
         \n\
         Returns: the values of the user's attribute as a list of VARCHAR, in the order of the \
         configuration or token.\n\
         \n\
         NULL: never; the list of a user without the attribute is empty.\n\
         \n\
         Errors: at execution, for a name that is not a constant.",
        "current_attributes(name)",
    )
    .with_sql_example(
        "```sql\n\
         > select 's-1' = any(current_attributes('store_id')) as is_of_store;\n\
         +-------------+\n\
         | is_of_store |\n\
         +-------------+\n\
         | false       |\n\
         +-------------+\n\
         ```",
    )
    .with_argument("name", "name of the attribute, a constant")
    .with_related_udf("current_attribute")
    .build()
});

static ROLE: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "Says whether who asks has a role.\n\
         \n\
         Returns: BOOLEAN.\n\
         \n\
         NULL: never.\n\
         \n\
         Errors: at execution, for a name that is not a constant.",
        "has_role(name)",
    )
    .with_sql_example(
        "```sql\n\
         > select has_role('auditor') as is_auditor;\n\
         +------------+\n\
         | is_auditor |\n\
         +------------+\n\
         | false      |\n\
         +------------+\n\
         ```",
    )
    .with_argument("name", "name of the role, a constant")
    .with_related_udf("current_attribute")
    .build()
});
