// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>What was given up stays known as that, and is nothing to go back to or to start from.</summary>
public sealed class RevisionHistoryTests(InstallationBed bed) : IClassFixture<InstallationBed>
{
    private static readonly PackageRevision One = SamplePackage.Of("1.0"), Two = SamplePackage.Of("2.0");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_revision_that_was_given_up_stays_so_and_is_not_gone_back_to()
    {
        InstallationRun run = await bed.StartAsync();
        await GiveUpAsync(run);
        await run.WantAsync("web", One, """{"greeting": "good day"}""");
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        await run.WantAsync("web", One, """{"replicas": 0}""");
        await run.WorkUntilAsync("web", InstallationPhase.Failed);
        await run.WantAsync("web", One, """{"greeting": "good night"}""");
        Installation now = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;

        Assert.Equal(
            [InstallationPhase.Healthy, InstallationPhase.RolledBack, InstallationPhase.Healthy, InstallationPhase.Failed, InstallationPhase.Healthy],
            now.History.Select(revision => revision.Phase));
        Assert.Equal(3, now.Before!.Number);
    }

    [Fact]
    public async Task One_that_another_took_the_place_of_before_it_was_healthy_is_not_gone_back_to()
    {
        InstallationRun run = await bed.StartAsync();
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        run.BecomesReady = _ => false;
        await run.WantAsync("web", Two);
        await run.WorkUntilAsync("web", InstallationPhase.Waiting);
        run.BecomesReady = _ => true;
        await run.WantAsync("web", Two, """{"greeting": "good day"}""");
        Installation now = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;

        Assert.Equal([InstallationPhase.Healthy, InstallationPhase.Waiting, InstallationPhase.Healthy], now.History.Select(revision => revision.Phase));
        Assert.Equal(1, now.Before!.Number);
    }

    [Fact]
    public void One_of_an_earlier_program_may_be_gone_back_to()
    {
        var document = new KubeObject(SamplePackage.Json("""{"status": {"revision": 3, "history": [{"revision": 1, "phase": "Healthy"}, {"revision": 2}, {"revision": 3}] } }"""));

        Assert.Equal(2, new Installation(document).Before!.Number);
    }

    [Fact]
    public async Task A_change_starts_from_what_is_in_force_and_not_from_what_was_given_up()
    {
        InstallationRun run = await bed.StartAsync();
        var records = new RecordStore(bed.Api, TimeProvider.System);
        var secrets = new SecretRecords(records);
        Installation given = await GiveUpAsync(run);

        (InstallationSpec start, string lost) = await secrets.OpenToChangeAsync(given, Cancel);
        JsonObject more = SamplePackage.Json("""{"replicas": 2}""");
        await new InstallationWrites(bed.Api, records).ChangeAsync(given, One, start with { Options = OptionMerge.Merge(start.Options, more) }, "options changed", Cancel);
        Installation now = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;
        (InstallationSpec next, _) = await secrets.OpenToChangeAsync(now, Cancel);

        Assert.Equal(("1.0", "{}", ""), (start.Version, start.Options.ToJsonString(), lost));
        Assert.Equal(("1.0", """{"replicas":2}"""), (now.Spec.Version, now.Spec.Options.ToJsonString()));
        Assert.Equal("""{"replicas":2}""", next.Options.ToJsonString());
    }

    [Fact]
    public async Task What_is_in_force_is_known_however_often_something_else_was_given_up()
    {
        InstallationRun run = await bed.StartAsync();
        Installation given = await GiveUpAsync(run);
        for (int i = 0; i < 12; i++)
        {
            await run.WantAsync("web", One, $$"""{"replicas": {{-i}}}""");
            given = (await run.WorkUntilAsync("web", InstallationPhase.Failed))!;
        }

        (InstallationSpec start, _) = await new SecretRecords(new RecordStore(bed.Api, TimeProvider.System)).OpenToChangeAsync(given, Cancel);

        Assert.Equal((10, 1, 14), (given.History.Count, given.Before!.Number, given.History[^1].Number));
        Assert.Equal("{}", start.Options.ToJsonString());
    }

    [Fact]
    public async Task The_status_says_which_version_is_in_force()
    {
        InstallationRun run = await bed.StartAsync();
        Installation given = await GiveUpAsync(run);
        run.BecomesReady = _ => true;
        await run.WantAsync("web", Two);
        Installation now = (await run.WorkUntilAsync("web", InstallationPhase.Healthy))!;

        Assert.Equal(("2.0", "1.0", "1/1"), (given.Spec.Version, given.VersionInForce, given.Ready));
        Assert.Equal("""{"revision":1,"version":"1.0"}""", given.Object.Status!.Object("inForce")!.ToJsonString());
        Assert.Equal(("2.0", "1/1"), (now.VersionInForce, now.Ready));
    }

    /// <summary>1.0 is in place, and 2.0 with another greeting was given up.</summary>
    private static async Task<Installation> GiveUpAsync(InstallationRun run)
    {
        await run.WantAsync("web", One);
        await run.WorkUntilAsync("web", InstallationPhase.Healthy);
        run.BecomesReady = item => !item.Json.ToJsonString().Contains("web:2.0", StringComparison.Ordinal);
        await run.WantAsync("web", Two, """{"greeting": "farewell"}""");
        return (await run.WorkUntilAsync("web", InstallationPhase.RolledBack))!;
    }
}
