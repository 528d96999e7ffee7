// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Aggregation;
using Pelago.Engine.Strategies;
using Pelago.Engine.Strategies.Policy;
using Pelago.Kube;
using static Pelago.Engine.Registry.SubresourceRows;

namespace Pelago.Engine.Registry;

/// <summary>What governs the API itself: access, admission, extension, flow control.</summary>
internal static class ControlKinds
{
    private static readonly IReadOnlyList<string> ApiExtensions = ["api-extensions"];

    public static IEnumerable<ResourceKind> Rows(RowSources sources) =>
        [.. Access(sources), .. Reviews(sources), .. Admission(sources), .. Extension(sources), .. Flow(sources), .. Usage(sources), NodePods(sources)];

    private static IEnumerable<ResourceKind> Access(RowSources sources)
    {
        ResourceKind Rbac(string kind, string plural, bool namespaced, ResourceStrategy strategy) =>
            sources.Row("rbac.authorization.k8s.io", "v1", kind, plural, namespaced) with
            {
                AllowCreateOnUpdate = true,
                NameRule = NameRules.PathSegment,
                Strategy = strategy,
            };

        yield return Rbac("ClusterRoleBinding", "clusterrolebindings", namespaced: false, new RoleBindingStrategy(false));
        yield return Rbac("ClusterRole", "clusterroles", namespaced: false, new RoleStrategy(false));
        yield return Rbac("RoleBinding", "rolebindings", namespaced: true, new RoleBindingStrategy(true));
        yield return Rbac("Role", "roles", namespaced: true, new RoleStrategy(true));
        yield return sources.Row("certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests", namespaced: false) with
        {
            ShortNames = ["csr"],
            Strategy = new SigningRequestStrategy(),
            Fields = new FieldIndex(new SelectableField("spec.signerName")),
            Subresources =
            [
                Part("approval", "CertificateSigningRequest", ResourceVerbs.GetPatchUpdate, "status.conditions"),
                Status("CertificateSigningRequest"),
            ],
        };
    }

    private static IEnumerable<ResourceKind> Reviews(RowSources sources)
    {
        ResourceKind Review(string group, string kind, bool namespaced = false) =>
            sources.Row(group, "v1", kind, kind.ToLowerInvariant() + "s", namespaced) with { Verbs = ResourceVerbs.Create };

        yield return Review("authentication.k8s.io", "SelfSubjectReview");
        yield return Review("authentication.k8s.io", "TokenReview");
        yield return Review("authorization.k8s.io", "LocalSubjectAccessReview", namespaced: true);
        yield return Review("authorization.k8s.io", "SelfSubjectAccessReview");
        yield return Review("authorization.k8s.io", "SelfSubjectRulesReview");
        yield return Review("authorization.k8s.io", "SubjectAccessReview");
    }

    /// <summary>What nodes and pods use now, as metrics-server says it on other clusters.</summary>
    private static IEnumerable<ResourceKind> Usage(RowSources sources)
    {
        ResourceKind Metrics(string kind, string plural, bool namespaced) =>
            sources.Row("metrics.k8s.io", "v1beta1", kind, plural, namespaced) with { Verbs = ResourceVerbs.ReadOnly, IsComputed = true };

        yield return Metrics("NodeMetrics", "nodes", namespaced: false);
        yield return Metrics("PodMetrics", "pods", namespaced: true);
    }

    /// <summary>What nodes make of the logs and files of pods, as the hub serves it on other clusters.</summary>
    private static ResourceKind NodePods(RowSources sources) => sources.Row(NodeApi.Group, NodeApi.Version, "NodePod", "pods") with
    {
        Verbs = [],
        IsComputed = true,
        Subresources = [Connect(TaskApi.Logs, "NodePod", ResourceVerbs.Get), Connect(TaskApi.Files, "NodePod", ResourceVerbs.Get)],
    };

    private static IEnumerable<ResourceKind> Admission(RowSources sources)
    {
        ResourceKind Row(string kind, string plural) =>
            sources.Row("admissionregistration.k8s.io", "v1", kind, plural, namespaced: false) with
            {
                Categories = ApiExtensions,
                HasGeneration = true,
                AllowUnconditionalUpdate = false,
            };

        yield return Row("MutatingWebhookConfiguration", "mutatingwebhookconfigurations");
        yield return Row("ValidatingAdmissionPolicy", "validatingadmissionpolicies") with
        {
            StatusKeepsMetadata = true,
            Subresources = [Status("ValidatingAdmissionPolicy")],
        };
        yield return Row("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings");
        yield return Row("ValidatingWebhookConfiguration", "validatingwebhookconfigurations");
    }

    private static IEnumerable<ResourceKind> Extension(RowSources sources)
    {
        yield return sources.Row("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced: false) with
        {
            ShortNames = ["crd", "crds"],
            Categories = ApiExtensions,
            HasGeneration = true,
            AllowUnconditionalUpdate = false,
            StatusKeepsMetadata = true,
            Strategy = sources.CustomResourceDefinitions,
            Subresources = [Status("CustomResourceDefinition")],
        };
        yield return sources.Row("apiregistration.k8s.io", "v1", "APIService", "apiservices", namespaced: false) with
        {
            Categories = ApiExtensions,
            AllowUnconditionalUpdate = false,
            StatusKeepsMetadata = true,
            NameRule = NameRules.PathSegment,
            Strategy = new ApiServiceStrategy(),
            Subresources = [Status("APIService")],
        };
    }

    private static IEnumerable<ResourceKind> Flow(RowSources sources)
    {
        ResourceKind Row(string kind, string plural) =>
            sources.Row("flowcontrol.apiserver.k8s.io", "v1", kind, plural, namespaced: false) with
            {
                HasGeneration = true,
                AllowUnconditionalUpdate = false,
                StatusKeepsMetadata = true,
                Subresources = [Status(kind)],
            };

        yield return Row("FlowSchema", "flowschemas");
        yield return Row("PriorityLevelConfiguration", "prioritylevelconfigurations");
    }
}
