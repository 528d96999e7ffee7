// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Output;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

/// <summary>A script that runs on the cluster, and no one can tell.</summary>
public sealed class DcshTests : IClassFixture<DcshCluster>
{
    private readonly LocalHome _home;

    public DcshTests(DcshCluster cluster)
    {
        Assert.SkipUnless(Environment.UserName == "root", "the working directory of a run is a volume, which process pods without namespaces of their own do not have");
        _home = cluster.Home;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arguments_arrive_as_they_were_given()
    {
        ProgramResult result = await DcshAsync("-n", "-c", "printf '[%s]' \"$@\"", "zero", "a b", "it's \"quoted\" $HOME $(x)", "", "two\nlines", "ümläut", "-v", "$$");

        Assert.Equal("[a b][it's \"quoted\" $HOME $(x)][][two\nlines][ümläut][-v][$$]", result.Output);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -INT $$", 130)]
    [InlineData("kill -SEGV $$", 139)]
    [InlineData("exec /no/such/program", 127)]
    public async Task The_code_is_that_of_the_command(string command, int code) => Assert.Equal(code, (await DcshAsync("-n", "-c", command)).ExitCode);

    [Fact]
    public async Task Bytes_pass_both_ways_unchanged_and_streams_stay_apart()
    {
        byte[] bytes = new byte[3_000_000];
        RandomNumberGenerator.Fill(bytes);
        (int code, byte[] output, string error) = await PipeAsync(bytes, "-c", "cat; echo done >&2");

        Assert.Equal((0, "done\n"), (code, error));
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(output));
    }

    [Fact]
    public async Task A_script_brings_its_options_its_interpreter_and_its_name()
    {
        string script = _home.Beside("count.dcsh");
        await File.WriteAllTextAsync(script, "#!/usr/bin/env dcsh\n#dcsh: env=GREETING=hi\n#!/bin/bash\necho \"$GREETING $0 ${BASH_VERSION:+bash} $DCSH_INDEX/$DCSH_TOTAL\"; echo \"line $LINENO\"; pwd\n", Cancel);

        ProgramResult result = await DcshAsync("-n", script);

        Assert.Equal("hi count.dcsh bash 0/1\nline 4\n/dcsh/work\n", result.Output);
    }

    [Fact]
    public async Task A_link_of_its_name_makes_it_an_interpreter_and_output_to_a_file_is_added_to_it()
    {
        string bin = _home.Beside("bin"), script = Path.Combine(bin, "hello");
        Directory.CreateDirectory(bin);
        File.CreateSymbolicLink(Path.Combine(bin, "dcsh"), CliProcess.Program);
        await File.WriteAllTextAsync(script, "#!/usr/bin/env dcsh\necho \"$0: $*\"\nexit 4\n", Cancel);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string command = $"export PATH={bin}:$PATH; {{ echo before; {script} -x 'a b' </dev/null; echo $?; }} >{_home.Beside("all")}";

        await ProgramRun.RunAsync("/bin/sh", ["-c", command], Variables(), TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal("before\nhello: -x a b\n4\n", await File.ReadAllTextAsync(_home.Beside("all"), Cancel));
    }

    [Fact]
    public async Task Input_that_is_closed_is_empty()
    {
        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", $"exec {CliProcess.Program} dcsh wc -c <&-"], Variables(), TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal((0, "0"), (result.ExitCode, result.Output.Trim()));
    }

    [Fact]
    public async Task Who_reads_no_more_ends_what_writes()
    {
        long started = Stopwatch.GetTimestamp();
        string command = $"exec {CliProcess.Program} dcsh -n yes | head -n 1";
        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", command], Variables(), TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal("y\n", result.Output);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
        await NothingLeftAsync();
    }

    [Fact]
    public async Task Several_runs_answer_with_the_highest_code_and_are_written_down()
    {
        string log = _home.Beside("runs.tsv");

        ProgramResult result = await DcshAsync("-n", "--count", "3", "--label", "--joblog", log, "-c", "echo run; exit $DCSH_INDEX");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(["0: run", "1: run", "2: run"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        string[] lines = await File.ReadAllLinesAsync(log, Cancel);
        Assert.Equal(["0", "1", "2"], lines.Skip(1).Select(line => line.Split('\t')[6]).Order()); // as they ended
    }

    [Fact]
    public async Task Several_runs_share_standard_input()
    {
        byte[] lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, 30).Select(i => $"{i}\n")));

        (int code, byte[] output, _) = await PipeAsync(lines, "--count", "3", "--stdin", "lines", "-c", "cat");
        (_, byte[] all, _) = await PipeAsync(lines, "--count", "3", "--stdin", "broadcast", "-c", "wc -l");
        (_, byte[] none, _) = await PipeAsync(lines, "--count", "3", "-c", "wc -l");

        Assert.Equal(0, code);
        Assert.Equal(Enumerable.Range(1, 30), Encoding.ASCII.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Order());
        Assert.Equal("30\n30\n30\n", Encoding.ASCII.GetString(all));
        Assert.Equal("0\n0\n0\n", Encoding.ASCII.GetString(none));
    }

    [Fact]
    public async Task A_time_that_is_over_is_124_and_whose_the_code_is_is_told()
    {
        string command = $"exec {CliProcess.Program} dcsh -n --timeout 1 --status-fd 3 -c 'sleep 100' 3>{_home.Beside("status")}";
        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", command], Variables(), TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal(124, result.ExitCode);
        JsonNode status = JsonNode.Parse(await File.ReadAllTextAsync(_home.Beside("status"), Cancel))!;
        Assert.Equal((124, "engine"), ((int)status["exitCode"]!, (string)status["origin"]!));
    }

    [Fact]
    public async Task An_interrupt_while_its_pod_waits_ends_it_and_leaves_nothing()
    {
        using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", "-n", "-v", "--cpus", "5000", "-c", "true"])
        {
            RedirectStandardError = true, UseShellExecute = false, Environment = { ["PELAGO_HOME"] = _home.Root },
        })!;
        string? said = await client.StandardError.ReadLineAsync(Cancel);
        await ProgramRun.RunAsync("/bin/kill", ["-INT", client.Id.ToString(CultureInfo.InvariantCulture)], Variables(), TimeSpan.FromSeconds(10), Cancel);
        await client.WaitForExitAsync(Cancel);

        Assert.Contains("Insufficient cpu", said, StringComparison.Ordinal);
        Assert.Equal(130, client.ExitCode);
        await NothingLeftAsync();
    }

    [Theory]
    [InlineData("--joblog /no/such/directory/log", 1)]
    [InlineData("--status-fd nine", 2)]
    [InlineData("--status-fd 99", 2)]
    public async Task Reports_that_cannot_be_written_are_known_before_anything_runs(string option, int code)
    {
        string mark = _home.Beside($"ran-{code}");
        ProgramResult result = await DcshAsync(["-n", .. option.Split(' '), "-c", $"touch {mark}"]);

        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        Assert.Contains(option.Split(' ')[1], result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(mark));
    }

    /// <summary>Such a descriptor is what nohup leaves.</summary>
    [Fact]
    public async Task An_input_that_cannot_be_read_is_an_empty_one()
    {
        string command = $"exec {CliProcess.Program} dcsh -c 'cat; echo hi' 0>/dev/null";
        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", command], Variables(), TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal((0, "hi\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Files_go_along_and_come_back()
    {
        string directory = _home.Beside("tree");
        Directory.CreateDirectory(Path.Combine(directory, "lib"));
        await File.WriteAllTextAsync(Path.Combine(directory, "lib", "a.txt"), "text\n", Cancel);
        string command = $"cd {directory} && exec {CliProcess.Program} dcsh -n --stage lib --return 'out/*' -c 'cat lib/a.txt; mkdir out; echo back >out/b; ln -s /etc/passwd out/c'";

        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", command], Variables(), TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal(("text\n", 0), (result.Output, result.ExitCode));
        Assert.Equal("back\n", await File.ReadAllTextAsync(Path.Combine(directory, "out", "b"), Cancel));
        Assert.False(File.Exists(Path.Combine(directory, "out", "c")));
    }

    [Fact]
    public async Task Files_come_back_of_what_ran_in_a_terminal()
    {
        string directory = Directory.CreateDirectory(_home.Beside("screen")).FullName;
        using var terminal = PseudoTerminal.Start(_home.Root, $"cd {directory} && exec {CliProcess.Program} dcsh -t --return made -c 'test -t 0 && echo back >made'");

        ProgramResult result = await terminal.EndAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("back\n", await File.ReadAllTextAsync(Path.Combine(directory, "made"), Cancel));
    }

    [Fact]
    public async Task A_pattern_of_what_comes_back_that_no_file_meets_is_a_failure_and_the_others_come()
    {
        string directory = Directory.CreateDirectory(_home.Beside("unmet")).FullName;
        string command = $"cd {directory} && exec {CliProcess.Program} dcsh -n --return 'kept,none/*.csv' -c 'echo text; echo back >kept'";

        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", command], Variables(), TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal(("text\n", 125), (result.Output, result.ExitCode));
        Assert.Contains("nothing was brought back for none/*.csv: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("back\n", await File.ReadAllTextAsync(Path.Combine(directory, "kept"), Cancel));
    }

    [Fact]
    public async Task A_kept_run_is_shown_from_its_first_byte_when_one_comes_back()
    {
        using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", "-n", "--keep", "-c", "echo first; sleep 4; echo last; exit 9"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, Environment = { ["PELAGO_HOME"] = _home.Root },
        })!;
        Assert.Equal("first", await client.StandardOutput.ReadLineAsync(Cancel));
        client.Kill();
        string id = (await client.StandardError.ReadToEndAsync(Cancel)).Split("attach ")[1][..10];

        ProgramResult result = await DcshAsync("attach", id);

        Assert.Equal("first\nlast\n", result.Output);
        Assert.Equal(9, result.ExitCode);
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task A_kept_run_whose_client_was_gone_before_it_began_is_said_to_have_none()
    {
        await CordonAsync(true); // Until its client is gone its pod waits.
        string id;
        try
        {
            using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", "-n", "--keep", "-c", "echo begun"])
            {
                RedirectStandardError = true, UseShellExecute = false, Environment = { ["PELAGO_HOME"] = _home.Root },
            })!;
            id = (await client.StandardError.ReadLineAsync(Cancel))!.Split("attach ")[1][..10];
            await Eventually.GetAsync(() => _home.RunAsync("ps", "-q", $"dcsh-{id}"), shown => shown.Output.Contains(id, StringComparison.Ordinal), Cancel);
            client.Kill();
            await client.WaitForExitAsync(Cancel);
        }
        finally
        {
            await CordonAsync(false);
        }

        ProgramResult result = await DcshAsync("attach", id);

        Assert.Equal(("", 125), (result.Output, result.ExitCode));
        Assert.Contains("it was never begun", result.Error, StringComparison.Ordinal);
        await NothingLeftAsync();
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task One_who_comes_while_the_first_client_is_there_is_told_so_and_takes_nothing_from_it()
    {
        string directory = Directory.CreateDirectory(_home.Beside("much")).FullName;
        await using (var much = new FileStream(Path.Combine(directory, "file"), FileMode.CreateNew))
            much.SetLength(256L << 20);
        using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", "-n", "--keep", "--stage", "file", "-c", "echo begun; sleep 15; exit 3"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = directory, Environment = { ["PELAGO_HOME"] = _home.Root },
        })!;
        string id = (await client.StandardError.ReadLineAsync(Cancel))!.Split("attach ")[1][..10];
        await Eventually.GetAsync(() => _home.RunAsync("ps", "-q", $"dcsh-{id}"), shown => shown.Output.Contains("running", StringComparison.Ordinal), Cancel);

        ProgramResult result = await DcshAsync("attach", id);

        Assert.Equal(("", 125), (result.Output, result.ExitCode));
        Assert.Contains("its first client is still there", result.Error, StringComparison.Ordinal);
        Assert.Equal("begun\n", await client.StandardOutput.ReadToEndAsync(Cancel));
        await client.WaitForExitAsync(Cancel);
        Assert.Equal(3, client.ExitCode);
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task Of_a_client_that_was_killed_nothing_is_left()
    {
        string mark = $"mark-{Guid.NewGuid():N}";
        using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", "-n", "-c", $"(setsid sleep 1000 {mark} || exec -a {mark} sleep 1000) & exec sh -c 'while :; do sleep 1; done' {mark}"]) { Environment = { ["PELAGO_HOME"] = _home.Root } })!;
        await Eventually.GetAsync(() => Task.FromResult(Processes(mark)), count => count > 0, Cancel);

        client.Kill();

        await Eventually.GetAsync(() => Task.FromResult(Processes(mark)), count => count == 0, Cancel, TimeSpan.FromSeconds(30));
        await NothingLeftAsync();
    }

    private async Task CordonAsync(bool isClosed)
    {
        using var api = new HttpKubeApi(
            Kubeconfig.Load([_home.Places.ClusterKubeconfig("pelago-1")], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        byte[] patch = Encoding.UTF8.GetBytes($$"""{"spec":{"unschedulable":{{(isClosed ? "true" : "null")}} } }""");
        Assert.Null((await api.PatchAsync(new ResourcePath(new GroupVersionResource("", "v1", "nodes"), "", "node-1"), PatchType.Merge, patch, WriteQuery.None, Cancel)).Error);
    }

    private static int Processes(string mark) => Directory.EnumerateDirectories("/proc").Count(directory =>
    {
        try
        {
            return int.TryParse(Path.GetFileName(directory), out int pid) && pid != Environment.ProcessId
                && File.ReadAllText(Path.Combine(directory, "cmdline")) is { } line && line.Contains(mark, StringComparison.Ordinal) && !line.Contains("dcsh\0-n", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    });

    private Task<ProgramResult> DcshAsync(params string[] arguments) => _home.RunAsync(["dcsh", .. arguments]);

    private Dictionary<string, string?> Variables() => new() { ["PELAGO_HOME"] = _home.Root, ["PELAGO_DAEMON"] = null };

    private async Task<(int Code, byte[] Output, string Error)> PipeAsync(byte[] input, params string[] arguments)
    {
        using Process client = Process.Start(new ProcessStartInfo(CliProcess.Program, ["dcsh", .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, Environment = { ["PELAGO_HOME"] = _home.Root },
        })!;
        using var output = new MemoryStream();
        Task<string> error = client.StandardError.ReadToEndAsync(Cancel);
        Task reading = client.StandardOutput.BaseStream.CopyToAsync(output, Cancel);
        await client.StandardInput.BaseStream.WriteAsync(input, Cancel);
        client.StandardInput.Close();
        await reading;
        await client.WaitForExitAsync(Cancel);
        return (client.ExitCode, output.ToArray(), await error);
    }

    private async Task NothingLeftAsync()
    {
        string[] kubeconfig = ["--kubeconfig", _home.Places.Kubeconfig, "get", "jobs,pods", "-l", "app.kubernetes.io/managed-by=dcsh", "-o", "name"];
        await Eventually.GetAsync(
            async () => (await ProgramRun.RunAsync("kubectl", kubeconfig, new Dictionary<string, string?>(), TimeSpan.FromSeconds(20), Cancel)).Output, left => left.Length == 0, Cancel, TimeSpan.FromSeconds(40));
    }
}
