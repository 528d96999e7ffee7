// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class JobStatusWriterTests
{
    private static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");
    private static readonly ObjectKey Key = new("default", "sum");
    private readonly MemoryCluster _cluster = new(TimeProvider.System);
    private readonly ReleasedPods _released = new();
    private readonly OwnWrites _ownWrites = new();
    private readonly JobStatusWriter _writer;
    private int _statusWrites;

    public JobStatusWriterTests()
    {
        var context = new ControllerContext(_cluster, ControllerOptions.Default, NullLoggerFactory.Instance, TimeProvider.System);
        var pods = new JobPods(context, context.Events("job-controller"), new Expectations(TimeProvider.System));
        _writer = new JobStatusWriter(context, pods, _released, _ownWrites);
        _cluster.Put(Jobs, """
            {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"sum","namespace":"default"},
             "spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"one"}]}}}}
            """);
    }

    /// <summary>The first write notes the pod, which then goes; the second one, with its count, meets somebody else's.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pod_is_counted_once_when_the_write_that_counts_it_conflicts(bool isCacheBehind)
    {
        _cluster.Refuse = (_, path) => path.Subresource == "status" && ++_statusWrites == 2 ? ApiStatus.Conflict(Jobs.GroupResource, path.Name) : null;
        V1Job before = Job();

        ApiResult<V1Job> refused = await WriteAsync(before, Failed(holdsFinalizer: true));
        V1Job noted = Job();
        ApiResult<V1Job> counted = await WriteAsync(noted, Failed(holdsFinalizer: isCacheBehind));

        Assert.True(refused.IsConflict);
        Assert.Null(noted.Status.Failed);
        Assert.Equal("pod", Assert.Single(noted.Status.UncountedTerminatedPods.Failed));
        Assert.False(_ownWrites.AreSeen(Key, before.Metadata));
        Assert.True(counted.IsSuccess, counted.Error?.Message);
        Assert.Equal(1, Job().Status.Failed);
        Assert.Null(Job().Status.UncountedTerminatedPods?.Failed);
    }

    private V1Job Job() => ModelJson.Decode<V1Job>(_cluster.Find(Jobs, Key.Namespace, Key.Name)!.Value.ToUtf8());

    private Task<ApiResult<V1Job>> WriteAsync(V1Job job, PodSummary pod) => _writer.WriteAsync(
        job, new JobState(job, [pod], _released.Behind(Key, [pod])), ModelJson.Copy(job.Status ?? new V1JobStatus()), _ => false, _ => { },
        TestContext.Current.CancellationToken);

    private static PodSummary Failed(bool holdsFinalizer) => new()
    {
        Key = new ObjectKey("default", "sum-1"), Uid = "pod", ResourceVersion = "1", Labels = new Dictionary<string, string>(), Phase = "Failed",
        Finalizers = holdsFinalizer ? [JobRules.TrackingFinalizer] : [],
    };
}
