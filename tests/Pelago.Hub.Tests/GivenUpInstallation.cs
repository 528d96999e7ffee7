// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Hub.Tests;

/// <summary>What the controller leaves where a second revision did not become healthy: the spec asks for that, and the first one is there.</summary>
internal static class GivenUpInstallation
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="first">As it was when it was healthy.</param>
    /// <param name="cluster">Where it is installed.</param>
    public static async Task MakeAsync(HttpKubeApi api, Installation first, string cluster)
    {
        string record = await new RecordStore(api, TimeProvider.System).PutAsync(first.Namespace, first.Spec.ToJson(), Cancel);
        Installation second = await ReadAsync(api, first.Path);
        var history = new JsonArray(
            new InstallationRevision(1, first.Spec.Package, first.Spec.Version, first.Spec.Digest, record, "installed", "") { Secrets = first.Spec.Secrets, Phase = InstallationPhase.Healthy }.ToJson(),
            new InstallationRevision(2, second.Spec.Package, second.Spec.Version, second.Spec.Digest, record, "upgraded", "") { Phase = InstallationPhase.RolledBack }.ToJson());
        var state = new ClusterState { Phase = InstallationPhase.RolledBack, Revision = 2, HealthyRevision = 1, Operation = "revert" };
        var status = new JsonObject
        {
            ["phase"] = InstallationPhase.RolledBack, ["revision"] = 2, ["observedGeneration"] = second.Object.Generation, ["history"] = history,
            ["inForce"] = new JsonObject { ["revision"] = 1, ["version"] = first.Spec.Version }, ["clusters"] = new JsonObject { [cluster] = state.ToJson() },
        };
        byte[] patch = KubeJson.ToUtf8(new JsonObject { ["status"] = status });
        (await api.PatchAsync(first.Path with { Subresource = "status" }, PatchType.Merge, patch, WriteQuery.None, Cancel)).BodyOrThrow();
    }

    public static async Task<Installation> ReadAsync(HttpKubeApi api, ResourcePath path) => new(KubeObject.Parse((await api.GetAsync(path, Cancel)).BodyOrThrow()));
}
