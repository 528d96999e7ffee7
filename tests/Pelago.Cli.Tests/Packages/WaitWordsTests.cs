// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Cli.Packages.Installing;
using Pelago.Kube;
using Pelago.Packages.Api;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

public sealed class WaitWordsTests
{
    [Fact]
    public void A_cluster_that_is_away_is_named_with_its_reason_and_the_way_out()
    {
        Installation leaving = Of("""
            {"metadata": {"name": "web", "namespace": "team", "generation": 1, "deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"observedGeneration": 1, "revision": 2, "clusters": {
              "east": {"phase": "Removed", "revision": 2}, "west": {"phase": "Unreachable", "revision": 2, "message": "no cluster west is known here"}}}}
            """);

        Assert.Equal(
            "waits for cluster west: Unreachable (no cluster west is known here). Where it will not come back, 'pelago package uninstall web -n team --abandon west' removes the installation and leaves what is there",
            WaitWords.Of(leaving, "east"));
    }

    [Fact]
    public void What_nobody_has_taken_up_yet_waits_for_the_cluster_that_has_it()
    {
        Installation unseen = Of("""{"metadata": {"name": "web", "namespace": "default", "generation": 2}, "status": {"observedGeneration": 1}}""");

        Assert.StartsWith("waits until cluster east takes it up", WaitWords.Of(unseen, "east"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_that_is_at_work_is_waited_for_without_a_way_out()
    {
        Installation working = Of("""
            {"metadata": {"name": "web", "namespace": "default", "generation": 1}, "status": {"observedGeneration": 1, "revision": 2, "clusters": {
              "east": {"phase": "Healthy", "revision": 2}, "west": {"phase": "Waiting", "revision": 2, "message": "Deployment web: 0 of 1"}}}}
            """);

        Assert.Equal("waits for cluster west: Waiting (Deployment web: 0 of 1)", WaitWords.Of(working, "east"));
    }

    private static Installation Of(string json) => new(new KubeObject((JsonObject)JsonNode.Parse(json)!));
}
