// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class JobTests
{
    private const string Jobs = "/apis/batch/v1/namespaces/NS/jobs";
    private const string Pods = "/api/v1/namespaces/NS/pods";

    [Fact]
    public async Task Job_completes_when_enough_pods_have_succeeded()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = _ => PodFate.Succeeded;
        await cluster.CreateAsync(Jobs, Job("sum", "\"completions\":3,\"parallelism\":2"));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Complete"));

        Assert.Equal(3, job!.Value.Status!.Integer("succeeded"));
        Assert.NotNull(job.Value.Status!.String("completionTime"));
        Assert.Equal(3, (await cluster.ListAsync(Pods)).Count);
        await cluster.UntilListAsync(Pods, pods => pods.All(pod => (pod.Finalizers?.Count ?? 0) == 0));
        await cluster.UntilEventAsync("Completed");
    }

    [Fact]
    public async Task Job_fails_beyond_its_backoff_limit()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = _ => PodFate.Failed;
        await cluster.CreateAsync(Jobs, Job("sum", "\"backoffLimit\":0"));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Failed"));

        Assert.Equal(1, job!.Value.Status!.Integer("failed"));
        Assert.Equal("BackoffLimitExceeded", Condition(job, "Failed")!.String("reason"));
    }

    [Fact]
    public async Task Indexed_job_gives_each_pod_its_index()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = _ => PodFate.Succeeded;
        await cluster.CreateAsync(Jobs, Job("sum", "\"completions\":4,\"parallelism\":4,\"completionMode\":\"Indexed\""));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Complete"));

        Assert.Equal("0-3", job!.Value.Status!.String("completedIndexes"));
        List<KubeObject> pods = await cluster.ListAsync(Pods);
        Assert.Equal(["0", "1", "2", "3"], pods.Select(pod => pod.Annotations!.String("batch.kubernetes.io/job-completion-index")).Order(StringComparer.Ordinal));
        Assert.Contains(pods, pod => pod.Spec!.String("hostname") == "sum-2" && pod.Name.StartsWith("sum-2-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Suspended_job_has_no_pods_until_resumed()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Jobs, Job("sum", "\"suspend\":true"));
        KubeObject? suspended = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Suspended"));
        int podsMeanwhile = (await cluster.ListAsync(Pods)).Count;

        await cluster.PatchAsync(Jobs + "/sum", "{\"spec\":{\"suspend\":false}}");
        KubeObject? running = await cluster.UntilAsync(Jobs + "/sum", item => item?.Status?.Integer("active") == 1);

        Assert.Equal(0, podsMeanwhile);
        Assert.Null(suspended!.Value.Status!.String("startTime"));
        Assert.NotNull(running!.Value.Status!.String("startTime"));
    }

    [Fact]
    public async Task Failure_policy_fails_the_job_at_once()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = _ => PodFate.Failed;
        await cluster.CreateAsync(Jobs, Job("sum", "\"backoffLimit\":6,\"podFailurePolicy\":{\"rules\":[{\"action\":\"FailJob\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[42]}}]}"));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Failed"));

        JsonObject condition = Condition(job, "Failed")!;
        Assert.Equal("PodFailurePolicy", condition.String("reason"));
        Assert.Matches("^Container main for pod .*/sum-.* failed with exit code 42 matching FailJob rule at index 0$", condition.String("message"));
    }

    [Fact]
    public async Task Deadline_ends_a_job_that_still_runs()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Jobs, Job("sum", "\"activeDeadlineSeconds\":1"));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Failed"));

        Assert.Equal("DeadlineExceeded", Condition(job, "Failed")!.String("reason"));
        await cluster.UntilListAsync(Pods, pods => pods.Count == 0);
    }

    [Fact]
    public async Task Finished_job_goes_when_its_time_to_live_is_over()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = _ => PodFate.Succeeded;
        await cluster.CreateAsync(Jobs, Job("sum", "\"ttlSecondsAfterFinished\":0"));

        await cluster.UntilAsync(Jobs + "/sum", item => item is null);
        await cluster.UntilListAsync(Pods, pods => pods.Count == 0);
    }

    [Fact]
    public async Task Failed_index_holds_up_no_other_and_fails_the_job_in_the_end()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = pod => IndexOf(pod) == "1" ? PodFate.Failed : PodFate.Succeeded;
        await cluster.CreateAsync(Jobs, Job("sum", "\"completions\":3,\"parallelism\":1,\"completionMode\":\"Indexed\",\"backoffLimitPerIndex\":0"));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Failed"));

        Assert.Equal(("FailedIndexes", "1", "0,2"), (Condition(job, "Failed")!.String("reason"), job!.Value.Status!.String("failedIndexes"), job.Value.Status!.String("completedIndexes")));
        Assert.Equal((2, 1), (job.Value.Status!.Integer("succeeded"), job.Value.Status!.Integer("failed")));
        await cluster.UntilListAsync(Pods, pods => pods.All(pod => (pod.Finalizers?.Count ?? 0) == 0));
    }

    [Fact]
    public async Task More_failed_indexes_than_allowed_end_the_job_at_once()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = pod => IndexOf(pod) == "0" ? PodFate.Failed : PodFate.Ready;
        await cluster.CreateAsync(
            Jobs, Job("sum", "\"completions\":3,\"parallelism\":3,\"completionMode\":\"Indexed\",\"backoffLimitPerIndex\":0,\"maxFailedIndexes\":0"));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Failed"));

        Assert.Equal("MaxFailedIndexesExceeded", Condition(job, "Failed")!.String("reason"));
    }

    [Fact]
    public async Task Rule_can_fail_an_index_before_its_limit()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = pod => IndexOf(pod) == "0" ? PodFate.Failed : PodFate.Succeeded;
        const string rules = "\"podFailurePolicy\":{\"rules\":[{\"action\":\"FailIndex\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[42]}}]}";
        await cluster.CreateAsync(Jobs, Job("sum", $"\"completions\":2,\"parallelism\":2,\"completionMode\":\"Indexed\",\"backoffLimitPerIndex\":5,{rules}"));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Failed"));

        Assert.Equal(("FailedIndexes", "0", "1"), (Condition(job, "Failed")!.String("reason"), job!.Value.Status!.String("failedIndexes"), job.Value.Status!.String("completedIndexes")));
    }

    [Fact]
    public async Task Job_succeeds_when_its_success_policy_is_met()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = pod => IndexOf(pod) == "0" ? PodFate.Succeeded : PodFate.Ready;
        await cluster.CreateAsync(
            Jobs, Job("sum", "\"completions\":3,\"parallelism\":3,\"completionMode\":\"Indexed\",\"successPolicy\":{\"rules\":[{\"succeededIndexes\":\"0\"}]}"));

        KubeObject? job = await cluster.UntilAsync(Jobs + "/sum", item => Has(item, "Complete"));

        Assert.Equal(("SuccessPolicy", "Matched rules at index 0"), (Condition(job, "Complete")!.String("reason"), Condition(job, "Complete")!.String("message")));
        Assert.Equal("0", job!.Value.Status!.String("completedIndexes"));
    }

    [Theory]
    [InlineData("\"backoffLimitPerIndex\":1", "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode")]
    [InlineData("\"completionMode\":\"Indexed\",\"completions\":2,\"maxFailedIndexes\":1", "spec.backoffLimitPerIndex: Required value")]
    [InlineData("\"completionMode\":\"Indexed\",\"completions\":2,\"backoffLimitPerIndex\":1,\"maxFailedIndexes\":3", "must be less than or equal to completions")]
    [InlineData(
        "\"podFailurePolicy\":{\"rules\":[{\"action\":\"FailIndex\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[42]}}]}",
        "spec.podFailurePolicy.rules[0].action: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to be set")]
    public async Task Limits_of_indexes_need_indexes(string spec, string message)
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();

        ApiStatusException refused = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.CreateAsync(Jobs, Job("sum", spec)));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"succeededIndexes\":\"0, 2\"}", "spec.successPolicy.rules[0].succeededIndexes: Invalid value")]
    [InlineData("{\"succeededIndexes\":\"3-5\"}", "spec.successPolicy.rules[0].succeededIndexes: Invalid value")]
    [InlineData("{\"succeededIndexes\":\"2,1\"}", "spec.successPolicy.rules[0].succeededIndexes: Invalid value")]
    [InlineData("{\"succeededCount\":6}", "spec.successPolicy.rules[0].succeededCount: Invalid value: 6")]
    [InlineData("{\"succeededIndexes\":\"0-1\",\"succeededCount\":3}", "spec.successPolicy.rules[0].succeededCount: Invalid value: 3")]
    [InlineData("{}", "spec.successPolicy.rules[0]: Required value")]
    [InlineData("", "spec.successPolicy.rules: Required value")]
    public async Task A_success_policy_that_cannot_be_read_whole_is_refused(string rule, string message)
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        string spec = $"\"completionMode\":\"Indexed\",\"completions\":5,\"successPolicy\":{{\"rules\":[{rule}]}}";

        ApiStatusException refused = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.CreateAsync(Jobs, Job("sum", spec)));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("1,3-5,7", new[] { 1, 3, 4, 5, 7 })]
    [InlineData("0,1", new[] { 0, 1 })]
    public void Indexes_have_one_spelling(string text, int[] indexes)
    {
        SortedSet<int> parsed = CompletionIndexes.Parse(text, 100);

        Assert.Equal(indexes, parsed);
        Assert.Equal(text, CompletionIndexes.Format(parsed));
    }

    private static string? IndexOf(KubeObject pod) => pod.Annotations?.String("batch.kubernetes.io/job-completion-index");

    private static string Job(string name, string spec) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{{spec}}},"template":{"spec":{"restartPolicy":"Never","terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"one"}]} } } }""";

    private static bool Has(KubeObject? job, string condition) => Condition(job, condition)?.String("status") == "True";

    private static JsonObject? Condition(KubeObject? job, string type) =>
        (job?.Status?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type);
}
