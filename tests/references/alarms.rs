//! False alarms that others are known for.

use super::findings;
use super::table::using;

#[test]
fn known_false_alarms_do_not_happen() {
    let silent: &[(&str, &[(&str, &str)])] = &[
        (
            "tls without secretName: the controller's default certificate",
            &[(
                "a.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {tls: [{hosts: [a.example]}, {secretName: ''}]}}",
            )],
        ),
        (
            "names that wait to be filled in",
            &[(
                "a.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {tls: [{secretName: '${TLS}'}, {secretName: '{{ .tls }}'}, {secretName: <secret>}, {secretName: YOUR_SECRET}, {secretName: $TLS}]}}",
            )],
        ),
        (
            "not one Secret in git, but what makes them",
            &[
                (
                    "es.yaml",
                    "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db, namespace: a}, spec: {dataFrom: [{extract: {key: k}}]}}",
                ),
                (
                    "p.yaml",
                    "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: {containers: [{envFrom: [{secretRef: {name: db}}]}]}}",
                ),
            ],
        ),
        (
            "folders are no borders",
            &[
                (
                    "secrets/s.yaml",
                    "{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {a: Yg==}}",
                ),
                (
                    "apps/p.yaml",
                    "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: {containers: [{envFrom: [{secretRef: {name: db}}]}]}}",
                ),
            ],
        ),
        (
            "an ACME account key is made, not needed",
            &[(
                "i.yaml",
                "{apiVersion: cert-manager.io/v1, kind: ClusterIssuer, metadata: {name: i}, spec: {acme: {privateKeySecretRef: {name: account-key}}}}",
            )],
        ),
        (
            "an ExternalSecret's own secretKey is no reference",
            &[(
                "e.yaml",
                "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: e}, spec: {data: [{secretKey: password, remoteRef: {key: k}}]}}",
            )],
        ),
        (
            "a default account and the root certificates are everywhere",
            &[(
                "p.yaml",
                "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: default, volumes: [{configMap: {name: kube-root-ca.crt}}]}}",
            )],
        ),
        (
            "a name that a placeholder can become",
            &[
                (
                    "e.yaml",
                    "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: '${APP}-secret'}, spec: {}}",
                ),
                (
                    "p.yaml",
                    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{envFrom: [{secretRef: {name: plex-secret}}]}]}}",
                ),
            ],
        ),
        (
            "a name that a variable without braces can become, and one between two signs",
            &[
                (
                    "e.yaml",
                    "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: $APP-secret}, spec: {}}\n---\n\
                     {apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: tls-@APP@}, spec: {}}",
                ),
                (
                    "p.yaml",
                    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{envFrom: [{secretRef: {name: plex-secret}}, \
                     {secretRef: {name: tls-plex}}, {secretRef: {name: $DB}}, {secretRef: {name: '@DB@'}}]}]}}",
                ),
            ],
        ),
        (
            "a Service of the type ExternalName has no ports of its own",
            &[(
                "i.yaml",
                "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: ExternalName, externalName: a.example, ports: [{port: 80}], selector: {app: a}}}\n---\n\
                 {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {defaultBackend: {service: {name: s, port: {number: 443}}}}}\n---\n\
                 {apiVersion: v1, kind: Pod, metadata: {name: s, labels: {app: b}}}",
            )],
        ),
        (
            "ports by name, and by the number of the pods' ports in ingress-nginx",
            &[(
                "i.yaml",
                "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{name: http, port: 80, targetPort: web}]}}\n---\n\
                 {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {defaultBackend: {service: {name: s, port: {name: http}}}}}",
            )],
        ),
        (
            "an annotation of AWS's controller is no Service",
            &[(
                "i.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, annotations: {alb.ingress.kubernetes.io/actions.redirect: '{}'}}, \
                 spec: {rules: [{http: {paths: [{backend: {service: {name: redirect, port: {name: use-annotation}}}}]}}]}}",
            )],
        ),
        (
            "a backend may be a resource",
            &[(
                "i.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {defaultBackend: {resource: {apiGroup: k8s.example.com, kind: Bucket, name: b}}}}",
            )],
        ),
        (
            "an empty selector selects everything, and one for pods from elsewhere is fine",
            &[(
                "n.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: n}, spec: {podSelector: {}}}\n---\n\
                 {apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {cnpg.io/cluster: db, role: primary}}}\n---\n\
                 {apiVersion: v1, kind: Service, metadata: {name: j}, spec: {selector: {job-name: j}}}\n---\n\
                 {apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {metadata: {labels: {app: j}}}}}",
            )],
        ),
        (
            "classes come with the cluster and with controllers",
            &[(
                "c.yaml",
                "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {storageClassName: standard}}\n---\n\
                 {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {ingressClassName: nginx}}\n---\n\
                 {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {priorityClassName: system-node-critical, runtimeClassName: gvisor}}\n---\n\
                 {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: cluster-admin}}\n---\n\
                 {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: d}, roleRef: {kind: ClusterRole, name: 'system:auth-delegator'}}",
            )],
        ),
        (
            "an account that the cluster has, with the file of another one",
            &[(
                "p.yaml",
                "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: default}}\n---\n\
                 {apiVersion: v1, kind: ServiceAccount, metadata: {name: builder}}",
            )],
        ),
        (
            "RBAC may name what is not there yet",
            &[(
                "r.yaml",
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: [{resources: [secrets], resourceNames: [s], verbs: [get]}]}",
            )],
        ),
        (
            "a Secret nested in a text is no Secret, and no reference either",
            &[(
                "c.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {x: 'kind: Pod\nspec: {imagePullSecrets: [{name: s}]}'}}",
            )],
        ),
    ];
    for (what, files) in silent {
        assert_eq!(findings(files), [""; 0], "{what}");
    }
}

#[test]
fn makers_do_not_make_what_is_given_to_them() {
    let cluster = |spec: &str| {
        format!(
            "{{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {{name: db}}, spec: {{{spec}}}}}"
        )
    };
    let found =
        |spec: &str, name: &str| findings(&[("a.yaml", &cluster(spec)), ("b.yaml", &using("Secret", name))]);
    for (spec, name) in [
        ("bootstrap: {initdb: {secret: {name: given-one}}}", "db-app"),
        ("superuserSecret: {name: given-one}", "db-superuser"),
        ("certificates: {serverCASecret: given-one}", "db-ca"),
        ("certificates: {serverTLSSecret: given-one}", "db-server"),
        (
            "certificates: {replicationTLSSecret: given-one}",
            "db-replication",
        ),
    ] {
        assert_eq!(found("", name), [""; 0], "{name}");
        let used = format!("info dangling-secret b.yaml: {name}");
        assert_eq!(
            found(spec, name),
            ["info dangling-secret a.yaml: given-one", &used]
        );
    }
    let vault = |create: &str| {
        format!(
            "{{apiVersion: secrets.hashicorp.com/v1beta1, kind: VaultStaticSecret, metadata: {{name: v}}, \
             spec: {{destination: {{name: db{create}}}}}}}"
        )
    };
    assert_eq!(findings(&[("a.yaml", &vault(", create: true"))]), [""; 0]);
    for create in ["", ", create: false"] {
        assert_eq!(
            findings(&[("a.yaml", &vault(create))]),
            ["info dangling-secret a.yaml: db"]
        );
    }
}
