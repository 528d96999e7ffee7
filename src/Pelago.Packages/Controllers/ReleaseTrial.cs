// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Controllers;

/// <summary>
/// Whether a cluster would take a release: each object is applied as the controller does it, with its words where that is refused, and nothing is changed.
/// What only the asking person may not do says nothing about the controller, which has rights of its own.
/// </summary>
public sealed class ReleaseTrial
{
    private readonly IKubeApi _api;
    private readonly string _namespace;
    private readonly ClusterKinds _kinds;
    private readonly InstalledObjects _objects;

    /// <param name="hub">As <see cref="HubOfAsync"/> says.</param>
    public ReleaseTrial(IKubeApi api, string ns, string name, string hub)
    {
        _api = api;
        _namespace = ns;
        _kinds = new ClusterKinds(api);
        _objects = new InstalledObjects(api, _kinds, Named(ns, name), hub) { IsTrial = true };
    }

    /// <summary>By what the installations of a cluster are told from those of others: <see cref="OwnerMark"/>.</summary>
    /// <param name="home">The cluster that has the installations.</param>
    public static Task<string> HubOfAsync(IKubeApi home, CancellationToken cancel) => OwnerMark.HubOfAsync(home, cancel);

    /// <summary>Whether the cluster has the namespace; true, too, where that may not be read.</summary>
    public static async Task<bool> HasNamespaceAsync(IKubeApi api, string ns, CancellationToken cancel) =>
        (await api.GetAsync(new ResourcePath(PackagesApi.Namespaces, "", ns), cancel)).Error is not { IsNotFound: true };

    /// <summary>Why it would not take it, a line each; none where it would. Throws an <see cref="ApiStatusException"/> where it does not say.</summary>
    /// <param name="earlier">Releases that are applied before this one, and may define its kinds and namespaces.</param>
    public async Task<IReadOnlyList<string>> RefusalsAsync(Release release, IReadOnlyList<Release> earlier, CancellationToken cancel)
    {
        var refusals = new List<string>();
        _objects.Secrets.UnionWith(release.Secrets);
        Release whole = release with { Objects = [.. earlier.SelectMany(one => one.Objects), .. release.Objects] };
        HashSet<string> made = [.. whole.Objects.Select(json => new KubeObject(json)).Where(item => item.Kind == "Namespace").Select(item => item.Name)];
        foreach (JsonObject json in release.Objects)
        {
            // Into a namespace that is not there yet nothing can be put, also not on trial.
            if (await _kinds.PathOfAsync(new KubeObject(json), _namespace, cancel) is { Namespace: { Length: > 0 } own } && made.Contains(own) && !await HasNamespaceAsync(_api, own, cancel))
                continue;
            StepOutcome outcome = await _objects.ApplyAsync(json, whole, cancel);
            if (outcome.IsFailed && !IsOnlyOnTrial(outcome.Words) && !BindsRoleOf(whole, json, outcome.Words))
                refusals.Add(outcome.Words);
        }

        return refusals;
    }

    /// <summary>
    /// Rights of the person (RBAC says <c>User "x" cannot patch resource …</c>), webhooks that are not for trials, and what comes with the same release and is
    /// not there on trial.
    /// </summary>
    public static bool IsOnlyOnTrial(string words) =>
        (words.Contains("User \"", StringComparison.Ordinal) && words.Contains(" cannot ", StringComparison.Ordinal))
        || words.Contains("is attempting to grant RBAC permissions", StringComparison.Ordinal) || words.Contains("must have cluster-admin privileges", StringComparison.Ordinal)
        || words.Contains("does not support dry run", StringComparison.Ordinal) || words.Contains("error looking up service account", StringComparison.Ordinal);

    /// <summary>Who may not bind any role is asked whether he may that one, which is not there yet where it comes with the release.</summary>
    private static bool BindsRoleOf(Release whole, JsonObject json, string words) => words.EndsWith(" not found", StringComparison.Ordinal)
        && json.String("kind") is "RoleBinding" or "ClusterRoleBinding" && json.Object("roleRef") is { } role
        && whole.Objects.Any(other => other.String("kind") == role.String("kind") && other.Object("metadata")?.String("name") == role.String("name"));

    private static Installation Named(string ns, string name) =>
        new(new KubeObject(new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns } }));
}
