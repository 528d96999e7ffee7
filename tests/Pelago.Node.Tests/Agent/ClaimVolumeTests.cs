// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>Volumes of claims: a directory of this machine that a PersistentVolume names.</summary>
public sealed class ClaimVolumeTests : AgentFixture
{
    private const string Mounts = "    volumeMounts: [{name: data, mountPath: /data}]";

    [Fact]
    public async Task A_pod_has_the_directory_of_the_volume_that_its_claim_is_bound_to()
    {
        Volume();
        Apply("""
            kind: PersistentVolumeClaim
            metadata: {name: c}
            spec: {volumeName: v}
            status: {phase: Bound}
            """);

        ApplyScript("writer", "echo kept >$PELAGO_VOLUME_DATA/word", "  restartPolicy: Never\n  volumes: [{name: data, persistentVolumeClaim: {claimName: c}}]", Mounts);
        await PhaseAsync("writer", "Succeeded");

        Assert.Equal("kept\n", await File.ReadAllTextAsync(Home["volume/word"], Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ownerReferences: [{apiVersion: v1, kind: Pod, name: web, uid: of-another, controller: true}]")]
    public async Task A_claim_that_was_not_made_for_the_pod_is_not_mounted_as_its_ephemeral_volume(string owner)
    {
        Volume();
        Apply($$"""
            kind: PersistentVolumeClaim
            metadata:
              name: web-data
              {{owner}}
            spec: {volumeName: v}
            status: {phase: Bound}
            """);

        ApplyScript("web", "exec sleep 1000", "  volumes: [{name: data, ephemeral: {volumeClaimTemplate: {spec: {}}}}]", Mounts);

        await EventAsync("FailedMount", "MountVolume.SetUp failed for volume \"data\" : PVC default/web-data was not created for pod default/web (pod is not owner)");
    }

    [Fact]
    public async Task A_claim_that_was_made_for_the_pod_is_mounted_as_its_ephemeral_volume()
    {
        Volume();
        Apply("""
            kind: PersistentVolumeClaim
            metadata:
              name: web-data
              ownerReferences: [{apiVersion: v1, kind: Pod, name: web, uid: of-web, controller: true}]
            spec: {volumeName: v}
            status: {phase: Bound}
            """);

        Apply("""
            kind: Pod
            metadata: {name: web, uid: of-web}
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 5
              volumes: [{name: data, ephemeral: {volumeClaimTemplate: {spec: {}}}}]
              containers:
              - {name: main, image: any, command: [/bin/sh, -c, 'echo mine >$PELAGO_VOLUME_DATA/word'], volumeMounts: [{name: data, mountPath: /data}]}
            """);
        await PhaseAsync("web", "Succeeded");

        Assert.Equal("mine\n", await File.ReadAllTextAsync(Home["volume/word"], Cancel));
    }

    private void Volume() => Cluster.Apply("persistentvolumes", new JsonObject
    {
        ["kind"] = "PersistentVolume",
        ["metadata"] = new JsonObject { ["name"] = "v" },
        ["spec"] = new JsonObject { ["hostPath"] = new JsonObject { ["path"] = Home["volume"] } },
    });
}
