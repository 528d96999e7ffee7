// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Packages.Controllers;
using Pelago.Packages.Health;
using Pelago.Packages.Tests.Controllers;
using Xunit;

namespace Pelago.Packages.Tests.Health;

public sealed class ObjectHealthTests
{
    [Theory]
    [InlineData("""{"kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2}}""", "")]
    [InlineData("""{"kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2}}""", "waits: was not looked at yet")]
    [InlineData("""{"kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 2, "readyReplicas": 3}}""", "waits: 1 of before is still there")]
    [InlineData("""{"kind": "Deployment", "metadata": {"generation": 2}, "status": {"observedGeneration": 2, "conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": "late"}]}}""", "failed: made no progress in time: late")]
    [InlineData("""{"kind": "StatefulSet", "metadata": {"generation": 1}, "spec": {"replicas": 3}, "status": {"observedGeneration": 1, "updatedReplicas": 3, "readyReplicas": 1}}""", "waits: 1 of 3 ready")]
    [InlineData("""{"kind": "StatefulSet", "metadata": {"generation": 2}, "spec": {"replicas": 3, "updateStrategy": {"type": "OnDelete"}}, "status": {"observedGeneration": 2, "updatedReplicas": 0, "readyReplicas": 3}}""", "")]
    [InlineData("""{"kind": "StatefulSet", "metadata": {"generation": 2}, "spec": {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}}, "status": {"observedGeneration": 2, "updatedReplicas": 1, "readyReplicas": 3}}""", "")]
    [InlineData("""{"kind": "StatefulSet", "metadata": {"generation": 2}, "spec": {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 0}}}, "status": {"observedGeneration": 2, "updatedReplicas": 1, "readyReplicas": 3}}""", "waits: 1 of 3 ready")]
    [InlineData("""{"kind": "DaemonSet", "metadata": {"generation": 2}, "spec": {"updateStrategy": {"type": "OnDelete"}}, "status": {"observedGeneration": 2, "desiredNumberScheduled": 2, "numberReady": 2}}""", "")]
    [InlineData("""{"kind": "DaemonSet", "metadata": {"generation": 1}, "status": {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberReady": 1}}""", "waits: 1 of 2 ready")]
    [InlineData("""{"kind": "Job", "status": {"conditions": [{"type": "Failed", "status": "True", "message": "it did not work"}]}}""", "failed: failed: it did not work")]
    [InlineData("""{"kind": "Job", "status": {}}""", "waits: has not ended yet")]
    [InlineData("""{"kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}}""", "waits: has no volume yet")]
    [InlineData("""{"kind": "Service", "spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}, "status": {"loadBalancer": {}}}""", "waits: no load balancer has given it an address yet")]
    [InlineData("""{"kind": "Service", "spec": {"clusterIP": "10.0.0.1"}}""", "")]
    [InlineData("""{"kind": "ConfigMap", "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}""", "waits: is being deleted")]
    [InlineData("""{"kind": "Boat"}""", "")]
    public void The_status_of_an_object_says_how_it_is(string json, string expected)
    {
        StepOutcome outcome = ObjectHealth.Judge(new KubeObject(SamplePackage.Json(json)));

        Assert.Equal(expected, outcome.IsDone ? "" : $"{(outcome.IsFailed ? "failed" : "waits")}: {outcome.Words}");
    }
}
