// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

/// <summary>The same life for every plain kind: created, read, listed by label, watched, patched, replaced, deleted one by one and as a collection.</summary>
public sealed class LifecycleTests(TestCluster cluster) : ApiTest(cluster)
{
    private const string Template = """ "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}} """;

    /// <summary>Path of the resource, kind, the rest of the document, the minor version of Kubernetes that serves it first.</summary>
    public static TheoryData<string, string, string, int> Kinds => new()
    {
        { "v1/configmaps", "ConfigMap", """ "data":{"a":"1"} """, 0 },
        { "v1/secrets", "Secret", """ "data":{"a":"MQ=="} """, 0 },
        { "v1/serviceaccounts", "ServiceAccount", """ "automountServiceAccountToken":false """, 0 },
        { "v1/services", "Service", """ "spec":{"ports":[{"port":80}],"selector":{"a":"b"}} """, 23 },
        { "v1/endpoints", "Endpoints", """ "subsets":[{"addresses":[{"ip":"10.9.9.9"}],"ports":[{"port":80}]}] """, 0 },
        { "v1/limitranges", "LimitRange", """ "spec":{"limits":[{"type":"Pod","max":{"cpu":"4"}}]} """, 0 },
        { "v1/podtemplates", "PodTemplate", Template, 0 },
        { "v1/replicationcontrollers", "ReplicationController", $$$""" "spec":{"replicas":0,"selector":{"a":"b"},{{{Template}}} } """, 0 },
        { "v1/persistentvolumeclaims", "PersistentVolumeClaim", """ "spec":{"storageClassName":"none","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}} """, 0 },
        { "apps/v1/deployments", "Deployment", $$$""" "spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},{{{Template}}} } """, 0 },
        { "apps/v1/replicasets", "ReplicaSet", $$$""" "spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},{{{Template}}} } """, 0 },
        { "apps/v1/statefulsets", "StatefulSet", $$$""" "spec":{"serviceName":"s","replicas":0,"selector":{"matchLabels":{"a":"b"}},{{{Template}}} } """, 0 },
        { "apps/v1/daemonsets", "DaemonSet", """ "spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"nodeSelector":{"no":"where"},"containers":[{"name":"c","image":"i"}]}}} """, 0 },
        { "apps/v1/controllerrevisions", "ControllerRevision", """ "revision":1,"data":{"any":"thing"} """, 0 },
        { "batch/v1/jobs", "Job", """ "spec":{"suspend":true,"parallelism":0,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}} """, 21 },
        { "batch/v1/cronjobs", "CronJob", """ "spec":{"schedule":"0 0 1 1 *","suspend":true,"jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}} """, 21 },
        { "autoscaling/v1/horizontalpodautoscalers", "HorizontalPodAutoscaler", """ "spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}} """, 0 },
        { "autoscaling/v2/horizontalpodautoscalers", "HorizontalPodAutoscaler", """ "spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}} """, 23 },
        { "policy/v1/poddisruptionbudgets", "PodDisruptionBudget", """ "spec":{"minAvailable":1,"selector":{"matchLabels":{"a":"b"}}} """, 21 },
        { "coordination.k8s.io/v1/leases", "Lease", """ "spec":{"holderIdentity":"me","leaseDurationSeconds":30,"renewTime":"2026-01-02T03:04:05.000006Z"} """, 0 },
        { "discovery.k8s.io/v1/endpointslices", "EndpointSlice", """ "addressType":"IPv4","endpoints":[{"addresses":["10.9.9.9"]}],"ports":[{"port":80}] """, 21 },
        { "networking.k8s.io/v1/ingresses", "Ingress", """ "spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}} """, 0 },
        { "networking.k8s.io/v1/networkpolicies", "NetworkPolicy", """ "spec":{"podSelector":{}} """, 0 },
        { "rbac.authorization.k8s.io/v1/roles", "Role", """ "rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}] """, 0 },
        { "rbac.authorization.k8s.io/v1/rolebindings", "RoleBinding", """ "subjects":[{"kind":"User","name":"u","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"} """, 0 },
        { "v1/events", "Event", """ "involvedObject":{"kind":"Pod","name":"p","namespace":"NS"},"reason":"Tested","message":"m","type":"Normal" """, 0 },
        { "events.k8s.io/v1/events", "Event", """ "regarding":{"kind":"Pod","name":"p","namespace":"NS"},"reason":"Tested","note":"m","type":"Normal","eventTime":"2026-01-02T03:04:05.000006Z","action":"Do","reportingController":"example.test/c","reportingInstance":"i" """, 0 },
        { "/v1/persistentvolumes", "PersistentVolume", """ "spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/tmp/none"},"storageClassName":"none"} """, 0 },
        { "/storage.k8s.io/v1/storageclasses", "StorageClass", """ "provisioner":"example.test/none" """, 0 },
        { "/storage.k8s.io/v1/csidrivers", "CSIDriver", """ "spec":{"attachRequired":false} """, 0 },
        { "/scheduling.k8s.io/v1/priorityclasses", "PriorityClass", """ "value":5 """, 0 },
        { "/node.k8s.io/v1/runtimeclasses", "RuntimeClass", """ "handler":"some" """, 0 },
        { "/networking.k8s.io/v1/ingressclasses", "IngressClass", """ "spec":{"controller":"example.test/none"} """, 0 },
        { "/rbac.authorization.k8s.io/v1/clusterroles", "ClusterRole", """ "rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}] """, 0 },
        { "/rbac.authorization.k8s.io/v1/clusterrolebindings", "ClusterRoleBinding", """ "subjects":[{"kind":"User","name":"u","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"} """, 0 },
        { "/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", "ValidatingWebhookConfiguration", """ "webhooks":[] """, 0 },
        { "/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", "MutatingWebhookConfiguration", """ "webhooks":[] """, 0 },
        { "/admissionregistration.k8s.io/v1/validatingadmissionpolicies", "ValidatingAdmissionPolicy", """ "spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["no.example.test"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["none"]}]},"validations":[{"expression":"true"}]} """, 30 },
        { "/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", """ "spec":{"policyName":"none","validationActions":["Deny"]} """, 30 },
        { "/flowcontrol.apiserver.k8s.io/v1/flowschemas", "FlowSchema", """ "spec":{"matchingPrecedence":9999,"priorityLevelConfiguration":{"name":"none"}} """, 29 },
        { "/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", "PriorityLevelConfiguration", """ "spec":{"type":"Limited","limited":{"nominalConcurrencyShares":2,"limitResponse":{"type":"Reject"}}} """, 29 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Plain_kinds_live_and_die_alike(string resource, string kind, string rest, int since)
    {
        TestCluster.NotOn(Cluster.MinorVersion < since, $"{resource} is served from 1.{since} on");
        bool clusterWide = resource[0] == '/';
        string apiVersion = resource.Trim('/')[..resource.Trim('/').LastIndexOf('/')];
        string mark = Namespace;
        string collection = clusterWide ? $"{(apiVersion.Contains('/', StringComparison.Ordinal) ? "/apis/" : "/api/")}{resource.Trim('/')}" : Path(resource.StartsWith("v1/", StringComparison.Ordinal) ? resource[3..] : resource);
        string Document(string name) => $$$"""{"apiVersion":"{{{apiVersion}}}","kind":"{{{kind}}}","metadata":{"name":"{{{name}}}","labels":{"mark":"{{{mark}}}"}},{{{rest.Replace("\"NS\"", $"\"{Namespace}\"", StringComparison.Ordinal)}}}}""";
        string selected = $"{collection}?labelSelector=mark%3D{mark}";
        string one = $"{mark}-one";
        string two = $"{mark}-two";

        JsonObject made = (await Api.PostAsync(collection, Document(one))).Expect(201).Json;
        (await Api.PostAsync(collection, Document(two))).Expect(201);
        JsonObject read = (await Api.GetAsync($"{collection}/{one}")).Expect(200).Json;
        JsonArray listed = (await Api.GetAsync(selected)).Expect(200).Json["items"]!.AsArray();
        RawAnswer patched = (await Api.PatchAsync($"{collection}/{one}", "merge-patch+json", """{"metadata":{"annotations":{"patched":"yes"}}}""")).Expect(200);
        JsonObject next = (await Api.GetAsync($"{collection}/{one}")).Expect(200).Json;
        next["metadata"]!["annotations"]!["replaced"] = "yes";
        await Until(async () =>
        {
            // Controllers write to some of these kinds at the same time: an update may have to read again, as every client does.
            RawAnswer put = await Api.PutAsync($"{collection}/{one}", next.ToJsonString());
            if (put.Code != 409)
                return put.Expect(200).Code == 200;
            next = (await Api.GetAsync($"{collection}/{one}")).Json;
            next["metadata"]!["annotations"]!["replaced"] = "yes";
            return false;
        }, "the object is replaced");
        (await Api.DeleteAsync($"{collection}/{one}")).Expect(200);
        (await Api.DeleteAsync(selected)).Expect(200);

        Assert.Equal(kind, made["kind"]!.GetValue<string>());
        Assert.Equal(made["metadata"]!["uid"]!.GetValue<string>(), read["metadata"]!["uid"]!.GetValue<string>());
        Assert.Equal(2, listed.Count);
        Assert.Equal("yes", patched.Json["metadata"]!["annotations"]!["patched"]!.GetValue<string>());
        await Until(async () => (await Api.GetAsync(selected)).Json["items"]!.AsArray().Count == 0, "the collection is empty");
    }
}
