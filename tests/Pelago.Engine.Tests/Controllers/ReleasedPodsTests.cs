// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class ReleasedPodsTests
{
    private static readonly ObjectKey Job = new("ns", "sum");
    private readonly ReleasedPods _released = new();

    [Fact]
    public void A_failed_pod_that_was_counted_is_not_counted_again_while_its_cache_is_behind()
    {
        PodSummary[] pods = [Failed("counted", holdsFinalizer: true), Failed("new", holdsFinalizer: true)];
        _released.Note(Job, new HashSet<string> { "counted" });

        var state = new JobState(new V1Job { Spec = new V1JobSpec { Template = new V1PodTemplateSpec() }, Status = new V1JobStatus { Failed = 1 } }, pods, _released.Behind(Job, pods));

        Assert.Equal(2, state.Failed);
        Assert.Equal(["new"], state.NewlyFailed.Select(pod => pod.Uid));
        Assert.Equal([false, true], pods.Select(state.IsTracked));
    }

    [Fact]
    public void A_pod_is_known_as_released_until_its_cache_shows_it_so()
    {
        _released.Note(Job, new HashSet<string> { "a", "b" });

        Assert.Equal(["a"], _released.Behind(Job, [Failed("a", holdsFinalizer: true), Failed("b", holdsFinalizer: false)]));
        Assert.Empty(_released.Behind(Job, [Failed("a", holdsFinalizer: false)]));
        Assert.Empty(_released.Behind(Job, [Failed("a", holdsFinalizer: true)]));
    }

    [Fact]
    public void Pods_released_one_after_another_are_all_known()
    {
        _released.Note(Job, new HashSet<string> { "a" });
        _released.Note(Job, new HashSet<string> { "b" });

        Assert.Equal(2, _released.Behind(Job, [Failed("a", holdsFinalizer: true), Failed("b", holdsFinalizer: true)]).Count);
    }

    [Fact]
    public void Nothing_is_known_of_a_job_that_is_gone()
    {
        _released.Note(Job, new HashSet<string> { "a" });
        _released.Forget(Job);

        Assert.Empty(_released.Behind(Job, [Failed("a", holdsFinalizer: true)]));
    }

    private static PodSummary Failed(string uid, bool holdsFinalizer) => new()
    {
        Key = new ObjectKey("ns", uid), Uid = uid, ResourceVersion = "1", Labels = new Dictionary<string, string>(), Phase = "Failed",
        Finalizers = holdsFinalizer ? [JobRules.TrackingFinalizer] : [],
    };
}
