// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class CronJobTests
{
    private const string CronJobs = "/apis/batch/v1/namespaces/NS/cronjobs";
    private const string Jobs = "/apis/batch/v1/namespaces/NS/jobs";
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 30, TimeSpan.Zero);

    [Fact]
    public async Task Due_cron_job_starts_a_job_named_by_its_minute()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(CronJobs, CronJob("*/1 * * * *", ""));
        // A minute from now would be too long to wait: the last one was long ago.
        await cluster.Api.PatchAsync(
            new Client.ResourcePath(new GroupVersionResource("batch", "v1", "cronjobs"), cluster.Namespace, "tick", "status"), Client.PatchType.Merge,
            "{\"status\":{\"lastScheduleTime\":\"2026-01-01T00:00:00Z\"}}"u8.ToArray(), Client.WriteQuery.None, TestContext.Current.CancellationToken);

        List<KubeObject> jobs = await cluster.UntilListAsync(Jobs, list => list.Count == 1);
        KubeObject? cronJob = await cluster.UntilAsync(CronJobs + "/tick", item => item?.Status?.Array("active")?.Count == 1);

        Assert.Matches("^tick-[0-9]{8}$", jobs[0].Name);
        Assert.Equal(cronJob!.Value.Status!.String("lastScheduleTime"), jobs[0].Annotations!.String("batch.kubernetes.io/cronjob-scheduled-timestamp"));
        await cluster.UntilEventAsync("SuccessfulCreate");
    }

    [Theory]
    [InlineData("*/5 * * * *", null, "2026-03-01T12:05:00Z")]
    [InlineData("0 9 * * 1-5", null, "2026-03-02T09:00:00Z")]
    [InlineData("0 9 * * *", "Europe/Berlin", "2026-03-02T08:00:00Z")]
    [InlineData("@hourly", null, "2026-03-01T13:00:00Z")]
    [InlineData("@every 90m", null, "2026-03-01T13:30:30Z")]
    public void Next_time_follows_the_schedule_in_its_zone(string text, string? zone, string next)
    {
        CronSchedule? schedule = CronSchedule.Parse(text, zone, out _);

        Assert.Equal(next, MetaTime.Format(schedule!.Next(Noon)!.Value));
    }

    [Theory]
    [InlineData("0 0 13 * 5", "2026-03-06T00:00:00Z,2026-03-13T00:00:00Z,2026-03-20T00:00:00Z")]
    [InlineData("0 3 1,15 * 1", "2026-03-02T03:00:00Z,2026-03-09T03:00:00Z,2026-03-15T03:00:00Z,2026-03-16T03:00:00Z")]
    [InlineData("0 0 */2 * 1", "2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,2026-03-05T00:00:00Z,2026-03-07T00:00:00Z,2026-03-09T00:00:00Z")]
    [InlineData("0 0 */1 * 1", "2026-03-02T00:00:00Z,2026-03-09T00:00:00Z")]
    [InlineData("0 0 ? * FRI", "2026-03-06T00:00:00Z,2026-03-13T00:00:00Z")]
    [InlineData("0 0 * * 5", "2026-03-06T00:00:00Z,2026-03-13T00:00:00Z")]
    [InlineData("0 0 13 Apr-may *", "2026-04-13T00:00:00Z,2026-05-13T00:00:00Z,2027-04-13T00:00:00Z")]
    public void Day_of_the_month_or_day_of_the_week_is_enough_where_both_are_restricted(string text, string times)
    {
        CronSchedule schedule = CronSchedule.Parse(text, null, out _)!;
        string[] wanted = times.Split(',');
        var found = new List<string>();
        for (DateTimeOffset? at = schedule.Next(Noon); found.Count < wanted.Length; at = schedule.Next(at!.Value))
            found.Add(MetaTime.Format(at!.Value));

        Assert.Equal(wanted, found);
    }

    [Theory]
    [InlineData("* * * *", null)]
    [InlineData("0 0 L * *", null)]
    [InlineData("0 0 15W * *", null)]
    [InlineData("0 0 * * 5#2", null)]
    [InlineData("0 0 * * 5L", null)]
    [InlineData("H * * * *", null)]
    [InlineData("@every_minute", null)]
    [InlineData("61 * * * *", null)]
    [InlineData("@every never", null)]
    [InlineData("* * * * *", "Nowhere/City")]
    public void Schedule_that_cannot_be_read_says_why(string text, string? zone)
    {
        Assert.Null(CronSchedule.Parse(text, zone, out string error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task Schedule_that_kubernetes_cannot_read_is_refused()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();

        ApiStatusException refused = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.CreateAsync(CronJobs, CronJob("0 0 L * *", "")));

        Assert.Contains("spec.schedule", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Years_of_missed_times_end_in_the_last_one_quickly()
    {
        CronSchedule schedule = CronSchedule.Parse("* * * * *", null, out _)!;

        (DateTimeOffset? last, int missed) = schedule.LastBetween(Noon.AddYears(-20), Noon, 100);

        Assert.Equal("2026-03-01T12:00:00Z", MetaTime.Format(last!.Value));
        Assert.True(missed > 100);
    }

    [Fact]
    public void Missed_intervals_keep_the_beat_of_the_first_however_many_they_are()
    {
        CronSchedule schedule = CronSchedule.Parse("@every 7m", null, out _)!;

        Assert.Equal((Noon.AddMinutes(7 * 1000), 101), schedule.LastBetween(Noon, Noon.AddMinutes(7 * 1000).AddSeconds(419), 100));
        Assert.Equal((Noon.AddMinutes(7), 1), schedule.LastBetween(Noon, Noon.AddMinutes(7), 100));
        Assert.Equal((null, 0), schedule.LastBetween(Noon, Noon.AddSeconds(419), 100));
    }

    private static string CronJob(string schedule, string more) =>
        $"{{\"metadata\":{{\"name\":\"tick\"}},\"spec\":{{{more}\"schedule\":\"{schedule}\",\"concurrencyPolicy\":\"Forbid\",\"jobTemplate\":{{\"spec\":{{\"template\":{{\"spec\":{{\"restartPolicy\":\"Never\",\"containers\":[{{\"name\":\"main\",\"image\":\"one\"}}]}}}}}}}}}}}}";
}
