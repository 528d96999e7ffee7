// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Admission;

/// <summary>
/// Nobody grants what they do not have: writing a role needs each of its rules or the verb <c>escalate</c>, writing a binding the rules
/// of its role or the verb <c>bind</c> (upstream pkg/registry/rbac/*/policybased/storage.go).
/// </summary>
internal sealed class RbacEscalation(IRevisionStore store, RbacAuthorizer authorizer) : IAdmissionPlugin
{
    private const string Group = RbacAuthorizer.Group;

    public bool Handles(AdmissionRequest request) =>
        request.Resource.Group == Group && request.Subresource.Length == 0 && (request.IsCreate || request.IsUpdate) && !request.User.IsMaster;

    public ValueTask<ApiStatus?> ValidateAsync(AdmissionRequest request, CancellationToken cancel) => new(request.Resource.Resource switch
    {
        "roles" or "clusterroles" => CheckRole(request),
        _ => CheckBinding(request),
    });

    private ApiStatus? CheckRole(AdmissionRequest request)
    {
        KubeObject role = request.Object!.Value;
        if (Keeps(request, "rules") && Keeps(request, "aggregationRule"))
            return null;
        if (May(request.User, "escalate", request.Namespace, request.Resource.Resource, role.Name))
            return null;
        return CheckRules(request, PolicyRule.ReadAll(role.Json.Array("rules"))) ?? CheckAggregation(request, role);
    }

    /// <summary>What a role will collect is not known yet, so it could be anything.</summary>
    private ApiStatus? CheckAggregation(AdmissionRequest request, KubeObject role)
    {
        if (role.Json.Object("aggregationRule") is null || Keeps(request, "aggregationRule"))
            return null;
        PolicyRule everything = new() { Verbs = [PolicyRule.All], ApiGroups = [PolicyRule.All], Resources = [PolicyRule.All] };
        PolicyRule everyPath = new() { Verbs = [PolicyRule.All], NonResourceUrls = [PolicyRule.All] };
        return RuleCoverage.Missing(authorizer.RulesFor(request.User, request.Namespace), [everything, everyPath]).Count == 0
            ? null
            : request.Forbid("must have cluster-admin privileges to use the aggregationRule");
    }

    private ApiStatus? CheckBinding(AdmissionRequest request)
    {
        RbacBinding binding = RbacBinding.Read(request.Object!.Value);
        if (Keeps(request, "roleRef") && Keeps(request, "subjects"))
            return null;
        string resource = binding.RoleKind == "Role" ? "roles" : "clusterroles";
        if (May(request.User, "bind", request.Namespace, resource, binding.RoleName))
            return null;
        if (store.Resource($"{resource}.{Group}").Current.Get(binding.RoleKey) is not { } role)
            return ApiStatus.NotFound(new GroupResource(Group, resource), binding.RoleName);
        return CheckRules(request, PolicyRule.ReadAll(KubeObject.Parse(role.Json).Json.Array("rules")));
    }

    private ApiStatus? CheckRules(AdmissionRequest request, IReadOnlyList<PolicyRule> granted)
    {
        UserInfo user = request.User;
        IReadOnlyList<PolicyRule> missing = RuleCoverage.Missing(authorizer.RulesFor(user, request.Namespace), granted);
        if (missing.Count == 0)
            return null;
        IEnumerable<string> lines = missing.Select(rule => rule.ToString()).Distinct().Order(StringComparer.Ordinal);
        string errors = authorizer.Policy.Errors(user, request.Namespace);
        string unresolved = errors.Length == 0 ? "" : $"; resolution errors: {errors}";
        return request.Forbid(
            $"user {GoText.Quote(user.Name)} (groups={GoText.QuoteAll(user.Groups)}) is attempting to grant RBAC permissions not currently held:\n"
            + string.Join('\n', lines) + unresolved);
    }

    private bool May(UserInfo user, string verb, string ns, string resource, string name) =>
        authorizer.Authorize(new AccessAttributes(user, verb, ns, Group, "v1", resource, "", name)).Allowed;

    /// <summary>An update that leaves the field as it was grants nothing new.</summary>
    private static bool Keeps(AdmissionRequest request, string field) =>
        request.Old is { } old && JsonNode.DeepEquals(old.Json[field], request.Object!.Value.Json[field]);
}
