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
/// <param name="hub">As <see cref="HubOfAsync"/> says.</param>
public sealed class ReleaseTrial(IKubeApi api, string ns, string name, string hub)
{
    private readonly ClusterKinds _kinds = new(api);
    private readonly InstalledObjects _objects = new(api, new ClusterKinds(api), Named(ns, name), hub) { IsTrial = true };

    /// <summary>By what the installations of a cluster are told from those of others: <see cref="OwnerMark"/>.</summary>
    /// <param name="home">The cluster that has the installations.</param>
    public static async Task<string> HubOfAsync(IKubeApi home, CancellationToken cancel)
    {
        ApiResult read = await home.GetAsync(new ResourcePath(PackagesApi.Namespaces, "", "kube-system"), cancel);
        return read.Error is { IsNotFound: true } ? "" : KubeObject.Parse(read.BodyOrThrow()).Uid;
    }

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
            if (await _kinds.PathOfAsync(new KubeObject(json), ns, cancel) is { Namespace: { Length: > 0 } own } && made.Contains(own) && !await HasNamespaceAsync(api, own, cancel))
                continue;
            StepOutcome outcome = await _objects.ApplyAsync(json, whole, cancel);
            if (outcome.IsFailed && !IsOnlyOnTrial(outcome.Words))
                refusals.Add(outcome.Words);
        }

        return refusals;
    }

    /// <summary>
    /// Rights of the person (RBAC says <c>User "x" cannot patch resource …</c>), webhooks that are not for trials, and what comes with the same release and is
    /// not there on trial.
    /// </summary>
    private static bool IsOnlyOnTrial(string words) =>
        (words.Contains("User \"", StringComparison.Ordinal) && words.Contains(" cannot ", StringComparison.Ordinal))
        || words.Contains("does not support dry run", StringComparison.Ordinal) || words.Contains("error looking up service account", StringComparison.Ordinal);

    private static Installation Named(string ns, string name) =>
        new(new KubeObject(new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns } }));
}
