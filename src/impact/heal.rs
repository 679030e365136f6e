//! What makes a Secret again after it was deleted.

/// API groups whose objects make a Secret again, but with other values: a new password, a new authority. Who
/// has the old ones is locked out until it reads the new ones.
const OTHER_VALUES: &[&str] = &[
    "acid.zalan.do",
    "app.redislabs.com",
    "elasticsearch.k8s.elastic.co",
    "grafana.integreatly.org",
    "k8s.keycloak.org",
    "k8s.mariadb.com",
    "kafka.strimzi.io",
    "keycloak.org",
    "mariadb.mmontes.io",
    "mongodbcommunity.mongodb.com",
    "postgres-operator.crunchydata.com",
    "postgresql.cnpg.io",
    "rabbitmq.com",
    "secretgenerator.mittwald.de",
];

/// Whether what an object of this group makes again has the values that it had, or others that serve as
/// well, as a certificate that is issued anew.
pub(super) fn keeps_values(group: &str) -> bool {
    OTHER_VALUES.binary_search(&group).is_err()
}

#[cfg(test)]
mod tests {
    use super::OTHER_VALUES;

    #[test]
    fn the_groups_are_sorted() {
        assert!(OTHER_VALUES.is_sorted());
    }
}
