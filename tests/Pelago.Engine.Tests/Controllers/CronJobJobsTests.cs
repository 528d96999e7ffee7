// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class CronJobJobsTests
{
    private const string Mine = """{"kind":"CronJob","apiVersion":"batch/v1","name":"tick","uid":"cron","controller":true}""";
    private static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");
    private static readonly GroupVersionResource CronJobs = new("batch", "v1", "cronjobs");
    private static readonly GroupVersionResource Events = new("", "v1", "events");
    private static readonly DateTimeOffset Due = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly MemoryCluster _cluster = new(TimeProvider.System);
    private readonly ControllerContext _context;
    private readonly EventRecorder _events;
    private readonly CronJobJobs _work;

    public CronJobJobsTests()
    {
        _context = new ControllerContext(_cluster, ControllerOptions.Default, NullLoggerFactory.Instance, TimeProvider.System);
        _events = _context.Events("cronjob-controller");
        _work = new CronJobJobs(_context, _events);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", false)]
    [InlineData(Mine, true)]
    public async Task Job_that_is_there_already_is_active_only_if_it_is_the_cron_jobs_own(string owner, bool isActive)
    {
        V1CronJob cronJob = CronJob();
        KubeObject there = Put(CronSchedule.NameOf("tick", Due), owner, "{}");

        Assert.Null(await _work.StartAsync(OwnerOf(cronJob), cronJob, Due, Cancel));
        await WriteEventsAsync();

        string[] active = isActive ? [there.Uid] : [];
        string[] told = isActive ? [] : ["Warning FailedCreate"];
        Assert.Equal(active, (cronJob.Status.Active ?? []).Select(reference => reference.Uid));
        Assert.Equal(isActive ? (DateTime?)Due.UtcDateTime : null, cronJob.Status.LastScheduleTime);
        Assert.Equal(told, _cluster.List(Events).Select(item => $"{item.Json.String("type")} {item.Json.String("reason")}"));
    }

    [Theory]
    [InlineData(Mine, "{}", true, null)]
    [InlineData(Mine, """{"conditions":[{"type":"Complete","status":"True"}],"completionTime":"2026-03-01T12:00:07Z"}""", false, "2026-03-01T12:00:07Z")]
    [InlineData("", "{}", false, null)]
    public async Task Job_that_only_the_cluster_knows_of_is_active_while_it_runs_and_is_the_cron_jobs_own(
        string owner, string status, bool isActive, string? succeeded)
    {
        KubeObject there = Put("tick-1", owner, status);
        V1CronJob cronJob = CronJob(Reference(there));

        Assert.Null(await _work.SettleAsync(OwnerOf(cronJob), cronJob, [], Cancel));

        Assert.Equal(isActive, cronJob.Status.Active is { Count: 1 });
        Assert.Equal(succeeded, cronJob.Status.LastSuccessfulTime is { } at ? MetaTime.Format(new DateTimeOffset(at)) : null);
    }

    [Fact]
    public async Task Replaced_job_is_deleted_and_its_successor_of_the_same_name_is_not()
    {
        KubeObject own = Put("tick-1", Mine, "{}");
        KubeObject other = Put("tick-2", "", "{}");
        V1ObjectReference gone = Reference(other);
        gone.Uid = "before";
        V1CronJob cronJob = CronJob(Reference(own), gone);

        Assert.Null(await _work.DeleteActiveAsync(OwnerOf(cronJob), cronJob, Cancel));

        Assert.Equal(["tick-2"], _cluster.List(Jobs).Select(job => job.Name));
        Assert.Null(cronJob.Status.Active);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"startingDeadlineSeconds\":60,")]
    public async Task Interval_runs_from_the_last_time_whenever_the_controller_was_started(string deadline)
    {
        var time = new CompressedTime(100);
        DateTimeOffset last = time.GetUtcNow().AddSeconds(100).AddHours(-10);
        var cluster = new MemoryCluster(time);
        cluster.Put(CronJobs, $$"""
            {"metadata":{"name":"tick","namespace":"ns"},"spec":{ {{deadline}}"schedule":"@every 10h","jobTemplate":{"spec":{"template":{"spec":{"containers":[]} } } } },
             "status":{"lastScheduleTime":"{{MetaTime.Format(last)}}"} }
            """);

        await using var run = new ControllerRun(cluster, time, context => new CronJobController(context));
        Task<KubeObject?> started = cluster.WaitForAsync(
            Jobs, "ns", CronSchedule.NameOf("tick", last.AddHours(10)), job => job is not null, Cancel);

        Assert.NotNull(await started.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    private static V1CronJob CronJob(params V1ObjectReference[] active) => new()
    {
        Metadata = new V1ObjectMeta { Name = "tick", NamespaceProperty = "ns", Uid = "cron", ResourceVersion = "1" },
        Spec = new V1CronJobSpec { Schedule = "* * * * *", JobTemplate = new V1JobTemplateSpec { Spec = new V1JobSpec { Template = new V1PodTemplateSpec() } } },
        Status = new V1CronJobStatus { Active = active },
    };

    private static V1ObjectReference Reference(KubeObject job) => new() { Name = job.Name, NamespaceProperty = "ns", Uid = job.Uid };

    private Owner OwnerOf(V1CronJob cronJob) => Owner.Of(_context.Client.Of<V1CronJob>().Type, cronJob);

    private KubeObject Put(string name, string owner, string status) => _cluster.Put(Jobs, $$"""
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{{name}}","namespace":"ns","ownerReferences":[{{owner}}]},
         "spec":{"template":{"spec":{"containers":[]} } },"status":{{status}} }
        """);

    /// <summary>This cluster answers at once: what was recorded is written before the recorder waits for more.</summary>
    private async Task WriteEventsAsync()
    {
        using var stop = new CancellationTokenSource();
        Task writing = _events.RunAsync(stop.Token);
        await stop.CancelAsync();
        await writing;
    }
}
