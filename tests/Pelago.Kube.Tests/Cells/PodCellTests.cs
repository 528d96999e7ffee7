// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class PodCellTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"a"}}""", CellState.Pending, CellFlags.None)]
    [InlineData("""{"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False"}]},"metadata":{"name":"a"}}""", CellState.Pending, CellFlags.Unschedulable)]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n"},"status":{"phase":"Pending"}}""", CellState.Scheduled, CellFlags.None)]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n"},"status":{"containerStatuses":[]}}""", CellState.Scheduled, CellFlags.None)]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n"},"status":{"initContainerStatuses":[{"state":{"waiting":{"reason":"PodInitializing"}}}]}}""", CellState.Starting, CellFlags.None)]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n"},"status":{"containerStatuses":[{"state":{"waiting":{"reason":"ErrImagePull"}}}]}}""", CellState.Starting, CellFlags.Waiting)]
    [InlineData("""{"metadata":{"name":"a"},"status":{"phase":"Running","containerStatuses":[{"lastState":{"waiting":{"reason":"ErrImagePull"}},"restartCount":2}]}}""", CellState.Running, CellFlags.Restarted)]
    [InlineData("""{"metadata":{"name":"a"},"status":{"phase":"Running","conditions":[{"status":"True","type":"Ready"}]}}""", CellState.Ready, CellFlags.None)]
    [InlineData("""{"metadata":{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Running"}}""", CellState.Terminating, CellFlags.None)]
    [InlineData("""{"metadata":{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Failed"}}""", CellState.Failed, CellFlags.None)]
    [InlineData("""{"metadata":{"name":"a","deletionTimestamp":null},"spec":null,"status":{"phase":["Failed"],"conditions":{"a":1},"containerStatuses":["a",{"state":7,"restartCount":"x"}]}}""", CellState.Pending, CellFlags.None)]
    public void State_and_flags_are_read_wherever_they_stand(string pod, CellState state, CellFlags flags)
    {
        var cell = new PodCell();

        cell.Read(Encoding.UTF8.GetBytes(pod));

        Assert.Equal((state, flags), (cell.State, cell.Flags));
    }

    [Fact]
    public void Any_pod_looks_as_it_is() => PodText.Any.Sample(pod =>
    {
        var cell = new PodCell();
        cell.Read(pod.ToUtf8());
        return (cell.Key.ToString(), cell.Node.ToString(), cell.State, cell.Flags) == (pod.Key, pod.Look.Node, pod.Look.State, pod.Look.Flags);
    });

    [Theory]
    [InlineData("[]", "the pod is not a JSON object")]
    [InlineData("{}", "the pod has no name")]
    [InlineData("""{"metadata":{"name":"a\u001b[2J"}}""", "a name in the pod has characters that no name has")]
    [InlineData("""{"metadata":{"name":"a"}""", "Expected depth to be zero")]
    public void What_is_no_pod_is_refused(string pod, string why)
    {
        JsonException fault = Assert.ThrowsAny<JsonException>(() => new PodCell().Read(Encoding.UTF8.GetBytes(pod)));

        Assert.StartsWith(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_bounded() =>
        Assert.ThrowsAny<JsonException>(() => new PodCell().Read(Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"{{{new string('a', 254)}}}"}}""")));

    [Fact]
    public void Reading_allocates_nothing()
    {
        byte[] pod = new PodText("pod-1", "worker-3", "Running", true, false, 1, "CrashLoopBackOff").ToUtf8();
        var cell = new PodCell();

        Allocation.IsNoneOnceCompiled(() =>
        {
            for (int i = 0; i < 1000; i++)
                cell.Read(pod);
        });
    }
}
