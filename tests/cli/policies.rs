//! Policies of admission that lie elsewhere than what they are about.

use super::Folder;

const POLICY: &str = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: owners}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [services]}
  validations:
    - expression: \"'owner' in object.metadata.labels\"
      messageExpression: object.metadata.name + ' has no owner'
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: everywhere}
spec: {policyName: owners, validationActions: [Deny]}
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  labels: {team: sales}
spec:
  ports: [{port: 80}]
";

#[test]
fn policies_of_another_folder_hold_where_they_are_said_to() {
    let folder = Folder::new(&[("apps/web.yaml", SERVICE), ("policies/owners.yaml", POLICY)]);
    let select = ["--select", "admission"];
    let all = [&["check", "."], &select[..]].concat();
    assert_eq!(folder.run(&all).code, Some(0));
    let mut told = Vec::new();
    for way in [&["--index", "policies"][..], &["--inventory", "policies"]] {
        let run = folder.run(&[&["check", "apps"], &select[..], way].concat());
        assert_eq!(run.code, Some(1), "{way:?}");
        told.push(run.stdout);
    }
    assert_eq!(told[0], told[1]);
    let run = folder.run(&[&all[..], &["--complete"]].concat());
    assert_eq!(
        (
            run.code,
            &run.stdout.replace("2 files (3 objects)", "1 file (1 object)")
        ),
        (Some(1), &told[0])
    );
    insta::assert_snapshot!(told[0]);
}
