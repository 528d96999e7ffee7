// SPDX-License-Identifier: Apache-2.0

using System.Text;
using k8s.Models;
using Pelago.Daemon.Running;
using Xunit;

namespace Pelago.Daemon.Tests;

public sealed class RunSpecTests
{
    [Fact]
    public void Pods_of_one_workload_have_the_same_spec()
    {
        byte[] one = RunSpec.Of(Pod("a", "node-1", "kube-api-access-abc12")), other = RunSpec.Of(Pod("b", "node-2", "kube-api-access-xyz34"));

        Assert.Equal(Encoding.UTF8.GetString(one), Encoding.UTF8.GetString(other));
        Assert.Contains("\"app\":\"web\"", Encoding.UTF8.GetString(one), StringComparison.Ordinal);
        Assert.NotEqual(one, RunSpec.Of(Pod("a", "node-1", "data")));
        Assert.Empty(RunSpec.Of(new V1Pod { Metadata = new V1ObjectMeta(), Spec = new V1PodSpec { Containers = [] } }));
    }

    [Theory]
    [InlineData("Job", "backup", "", "Job/backup")]
    [InlineData("ReplicaSet", "web-5d4f", "5d4f", "Deployment/web")]
    [InlineData("ReplicaSet", "web", "", "ReplicaSet/web")]
    [InlineData("ReplicaSet", "web-5d4f", "other", "ReplicaSet/web-5d4f")]
    public void The_owner_is_what_people_made(string kind, string name, string hash, string expected)
    {
        var pod = new V1ObjectMeta
        {
            Labels = hash.Length > 0 ? new Dictionary<string, string> { ["pod-template-hash"] = hash } : null,
            OwnerReferences = [new V1OwnerReference { Kind = "Other", Name = "x" }, new V1OwnerReference { Kind = kind, Name = name, Controller = true }],
        };

        Assert.Equal(expected, RunSpec.OwnerOf(pod));
        Assert.Equal("", RunSpec.OwnerOf(new V1ObjectMeta()));
    }

    private static V1Pod Pod(string hash, string node, string volume) => new()
    {
        Metadata = new V1ObjectMeta { Name = $"web-{hash}", Labels = new Dictionary<string, string> { ["pod-template-hash"] = hash, ["app"] = "web" } },
        Spec = new V1PodSpec { NodeName = node, Containers = [new V1Container { Name = "main", VolumeMounts = [new V1VolumeMount { Name = volume, MountPath = "/x" }] }] },
    };
}
