// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class TaskReaderTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c"}]}}""", TaskState.Pending, "")]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c"}]}}""", TaskState.Starting, "")]
    [InlineData("""{"status":{"containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ContainerCreating"}}}]},"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c"}]}}""", TaskState.Starting, "ContainerCreating")]
    [InlineData("""{"status":{"containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ErrImagePull"}}}]},"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c"}]}}""", TaskState.Waiting, "ErrImagePull")]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c"}]},"status":{"phase":"Running","containerStatuses":[{"name":"c","state":{"running":{}}}]}}""", TaskState.Running, "")]
    [InlineData("""{"metadata":{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"nodeName":"n","containers":[{"name":"c"}]},"status":{"containerStatuses":[{"name":"c","state":{"running":{}}}]}}""", TaskState.Terminating, "")]
    [InlineData("""{"metadata":{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"nodeName":"n","containers":[{"name":"c"}]},"status":{"containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}}""", TaskState.Finished, "Completed")]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c"}]},"status":{"containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}}""", TaskState.Failed, "OOMKilled")]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c"}]},"status":{"phase":"Failed","reason":"Evicted"}}""", TaskState.Failed, "Evicted")]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c"}]},"status":{"phase":"Unknown","reason":"NodeLost","containerStatuses":[{"name":"c","state":{"running":{}}}]}}""", TaskState.Lost, "NodeLost")]
    [InlineData("""{"metadata":{"name":"a","labels":7,"ownerReferences":{},"creationTimestamp":5},"spec":{"containers":[{"name":"c","resources":[],"image":{}},7]},"status":{"phase":["Failed"],"containerStatuses":[{"name":"c","restartCount":"x","state":"running"},"a"]}}""", TaskState.Pending, "")]
    public void State_and_reason_are_read_wherever_they_stand(string pod, TaskState state, string reason)
    {
        PodTask task = Assert.Single(Read(pod));

        Assert.Equal((state, reason), (task.State, task.Reason));
    }

    [Fact]
    public void Everything_that_is_known_of_a_task_is_read()
    {
        PodTask[] tasks = Read("""
            {"kind":"Pod","metadata":{"name":"web-6f9b7c5d48-x2x9p","namespace":"shop","uid":"u-1","creationTimestamp":"2026-01-02T03:04:05Z",
              "labels":{"app":"web","pod-template-hash":"6f9b7c5d48"},
              "ownerReferences":[{"kind":"Node","name":"n"},{"kind":"ReplicaSet","name":"web-6f9b7c5d48","controller":true}]},
             "spec":{"containers":[{"name":"app","image":"i:1","resources":{"limits":{"cpu":2,"memory":"1Gi"},"requests":{"memory":"64Mi","cpu":"250m"}}}],
              "initContainers":[{"name":"first","image":"i:2"}],"nodeName":"n-1"},
             "status":{"phase":"Running","podIP":"10.0.0.1",
              "containerStatuses":[{"name":"app","restartCount":3,"state":{"running":{"startedAt":"2026-01-02T03:05:05Z"}},
                "lastState":{"terminated":{"exitCode":1,"reason":"Error","startedAt":"2026-01-02T03:04:10Z","finishedAt":"2026-01-02T03:05:00Z"}}}],
              "initContainerStatuses":[{"name":"first","state":{"terminated":{"exitCode":0,"startedAt":"2026-01-02T03:04:06Z","finishedAt":"2026-01-02T03:04:07Z"}}}]}}
            """);

        var pod = new TaskPod
        {
            Cluster = "east", Namespace = "shop", Name = "web-6f9b7c5d48-x2x9p", Uid = "u-1", Node = "n-1", Ip = "10.0.0.1", Owner = "Deployment/web",
            Created = Seconds("2026-01-02T03:04:05Z"), Labels = tasks[0].Pod.Labels,
        };
        Assert.Equal(
        [
            new PodTask
            {
                Pod = pod, Container = "first", IsInit = true, Image = "i:2", State = TaskState.Finished, ExitCode = 0,
                Started = Seconds("2026-01-02T03:04:06Z"), Finished = Seconds("2026-01-02T03:04:07Z"),
            },
            new PodTask
            {
                Pod = pod, Container = "app", Image = "i:1", State = TaskState.Running, Restarts = 3, ExitCode = 1, Started = Seconds("2026-01-02T03:05:05Z"),
                CpuRequest = 250, MemoryRequest = 64 << 20, CpuLimit = 2000, MemoryLimit = 1 << 30,
            },
        ], tasks);
        Assert.Equal("web", tasks[1].Pod.Labels["app"]);
        Assert.Equal("shop/web-6f9b7c5d48-x2x9p.app", tasks[1].Id);
    }

    [Fact]
    public void Pods_that_are_read_one_after_the_other_do_not_mix() => PodText.Any.Array[1, 6].Sample(pods =>
    {
        var shared = new TaskReader("east");
        List<PodTask> together = [];
        foreach (PodText pod in pods)
            shared.Read(pod.ToUtf8(), together);
        return together.Select(Look).SequenceEqual(pods.SelectMany(pod => Read(Encoding.UTF8.GetString(pod.ToUtf8()))).Select(Look));
    });

    [Theory]
    [InlineData("[]", "the pod is not a JSON object")]
    [InlineData("{}", "the pod has no name")]
    [InlineData("""{"metadata":{"name":"a\u001b[2J"}}""", "a name in the pod has characters that no name has")]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c d"}]}}""", "a name in the pod has characters that no name has")]
    public void What_is_no_pod_is_refused(string pod, string why)
    {
        JsonException fault = Assert.ThrowsAny<JsonException>(() => Read(pod));

        Assert.StartsWith(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_bounded() => Assert.ThrowsAny<JsonException>(() => Read($$$"""{"metadata":{"name":"{{{new string('a', 254)}}}"}}"""));

    [Fact]
    public void Texts_are_cut_and_repeated_ones_are_kept_once()
    {
        string pod = $$$"""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"{{{new string('i', 600)}}}"},{"name":"d","image":"\u0041"}]}}""";

        List<PodTask> tasks = [];
        var reader = new TaskReader("east");
        reader.Read(Encoding.UTF8.GetBytes(pod), tasks);
        reader.Read(Encoding.UTF8.GetBytes(pod), tasks);

        Assert.Equal(512, tasks[0].Image.Length);
        Assert.Equal("A", tasks[1].Image);
        Assert.Same(tasks[1].Image, tasks[3].Image);
        Assert.Same(tasks[0].Container, tasks[2].Container);
    }

    private static (string, TaskState, string, int, string) Look(PodTask task) => (task.Id, task.State, task.Reason, task.Restarts, task.Pod.Node);

    private static long Seconds(string time) => DateTimeOffset.Parse(time).ToUnixTimeSeconds();

    private static PodTask[] Read(string pod)
    {
        List<PodTask> tasks = [];
        new TaskReader("east").Read(Encoding.UTF8.GetBytes(pod), tasks);
        return [.. tasks];
    }
}
