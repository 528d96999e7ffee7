// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

public sealed class DoctorTests
{
    [Fact]
    public async Task Each_check_says_what_it_found_and_each_gap_how_to_mend_it()
    {
        await using var home = new LocalHome();

        JsonArray checks = (await home.JsonAsync("doctor"))["checks"]!.AsArray();

        string[] names = [.. checks.Select(check => (string)check!["name"]!)];
        string[] expected = ["runtime", "user", "home", "disk", "file-system", "namespaces", "cgroups", "open-files", "processes", "inotify-watches", "node-ports", "service-ports", "kubectl", "compiler", "containerd", "daemon"];
        Assert.Empty(expected.Except(names));
        Assert.All(checks, check => Assert.False(string.IsNullOrEmpty((string?)check!["says"])));
        Assert.All(checks, check => Assert.Equal((string?)check!["result"] == "ok", check!["fix"] is null));
        Assert.False(Directory.Exists(home.Root), "a look changes nothing");
    }

    [Fact]
    public async Task Pods_that_are_no_containers_are_a_warning_and_no_failure()
    {
        await using var home = new LocalHome();

        ProgramResult doctor = await home.RunAsync("doctor");

        JsonNode check = (await home.JsonAsync("doctor"))["checks"]!.AsArray().Single(check => (string?)check!["name"] == "containerd")!;
        bool runsImages = ((string)check["says"]!).Contains("new clusters run pods from images", StringComparison.Ordinal);
        Assert.Equal((0, runsImages ? "ok" : "warning"), (doctor.ExitCode, (string?)check["result"]));
    }

    [Fact]
    public async Task What_is_broken_is_named_with_its_fix_and_ends_with_1()
    {
        await using var home = new LocalHome();
        await File.WriteAllTextAsync(home.Root, "in the way", TestContext.Current.CancellationToken);

        ProgramResult result = await home.RunAsync("doctor", "-q");

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"(?m)^broken +home +\S+ is a file, not a directory\n +fix: choose another home", result.Output);
        Assert.DoesNotContain("\e[", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_state_file_is_found()
    {
        await using var home = new LocalHome();
        string state = home.Places.ClusterStateFile("pelago-1");
        Directory.CreateDirectory(Path.GetDirectoryName(state)!);
        await File.WriteAllTextAsync(state, new string('x', 8192), TestContext.Current.CancellationToken);

        ProgramResult result = await home.RunAsync("doctor", "-q");

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"(?m)^broken +state of pelago-1 +.*state\.db.*\n +fix: .*pelago down --purge", result.Output);
    }

    [Fact]
    public async Task A_state_file_that_is_gone_is_missed()
    {
        await using var home = new LocalHome();
        Directory.CreateDirectory(Path.Combine(home.Places.ClusterDirectory("pelago-1"), "pki"));

        ProgramResult result = await home.RunAsync("doctor", "-q");

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"(?m)^broken +state of pelago-1 +the state of cluster pelago-1 is lost: .*state\.db is not there.*\n +fix: put a copy of the file back", result.Output);
    }

    [Fact]
    public async Task Damaged_settings_of_a_cluster_are_found()
    {
        await using var home = new LocalHome();
        string settings = home.Places.ClusterSettingsFile("pelago-1");
        Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
        await File.WriteAllTextAsync(settings, "{\"name\":", TestContext.Current.CancellationToken);

        ProgramResult result = await home.RunAsync("doctor", "-q");

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"(?m)^broken +settings of pelago-1 +.*cluster\.json cannot be read\n +fix: restore it", result.Output);
    }

    [Fact]
    public async Task Fix_installs_the_packages_of_what_is_missing_and_looks_again()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "packages are installed by root");
        await using var home = new LocalHome();
        string bin = home.Beside("bin");
        Directory.CreateDirectory(bin);
        await File.WriteAllTextAsync(Path.Combine(bin, "apt-get"), $"#!/bin/sh\necho \"$@\" >> '{bin}/asked'\n/usr/bin/touch '{bin}/clang'\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Path.Combine(bin, "apt-get"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        ProgramResult result = await CliProcess.RunAsync(home.Root, new Dictionary<string, string?> { ["PATH"] = bin }, "doctor", "--fix");

        string[] asked = await File.ReadAllLinesAsync(Path.Combine(bin, "asked"), TestContext.Current.CancellationToken);
        Assert.Equal("update -q", asked[0]);
        Assert.Matches("^install -y -q --no-install-recommends .*clang", asked[1]);
        Assert.Equal(2, asked.Length);
        Assert.Matches($@"(?m)^ok +compiler +{bin}/clang", result.Output);
    }

    [Fact]
    public async Task A_daemon_that_cannot_be_run_is_a_finding()
    {
        await using var home = new LocalHome();

        ProgramResult result = await CliProcess.RunAsync(home.Root, new Dictionary<string, string?> { ["PELAGO_DAEMON"] = "/bin/false" }, "doctor", "-q");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("/bin/false ended with code 1", result.Output, StringComparison.Ordinal);
    }
}
