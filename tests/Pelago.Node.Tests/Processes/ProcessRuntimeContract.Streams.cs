// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Processes;

public abstract partial class ProcessRuntimeContract
{
    [Fact]
    public async Task An_exec_runs_in_the_container_and_gives_its_code()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main") with { Environment = [new("COLOUR", "teal"), new("odd.name", "x")] });

        await using IProcessSession session = await Runtime.ExecAsync(
            id, new ExecSpec { Command = ["sh", "-c", "cat; echo \"$COLOUR $(tr '\\0' '\\n' </proc/$$/environ | grep -c '^odd.name=')\"; echo err >&2; exit 6"], Stdin = true }, Cancel);
        await session.Stdin!.WriteAsync("input\n"u8.ToArray(), Cancel);
        await session.Stdin.DisposeAsync();
        string output = await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel);
        string errors = await new StreamReader(session.Stderr!).ReadToEndAsync(Cancel);

        Assert.Equal("input\nteal 1\n", output);
        Assert.Equal("err\n", errors);
        Assert.Equal(6, await session.WaitAsync(Cancel));
    }

    [Fact]
    public async Task An_exec_of_what_does_not_exist_is_127()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["no-such-program"] }, Cancel);

        Assert.NotEqual("", await new StreamReader(session.Stderr!).ReadToEndAsync(Cancel));
        Assert.Equal(127, await session.WaitAsync(Cancel));
    }

    [Fact]
    public async Task An_exec_that_is_let_go_is_killed()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));
        string mark = $"87{Environment.ProcessId}.{_instance}";

        IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["sh", "-c", $"sleep {mark} & wait"] }, Cancel);
        await Eventually.TrueAsync(() => RunningProcesses.Count(mark) == 1, Cancel);
        await session.DisposeAsync();

        await Eventually.TrueAsync(() => RunningProcesses.Count(mark) == 0, Cancel);
        Assert.Equal(ContainerState.Running, (await StatusAsync(id)).State);
    }

    [Fact]
    public async Task An_exec_with_a_terminal_has_one_of_the_given_size()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, LongRunning("main"));

        await using IProcessSession session = await Runtime.ExecAsync(
            id, new ExecSpec { Command = ["sh", "-c", "read line; test -t 1 && stty size && exit 4"], Stdin = true, Terminal = true }, Cancel);
        session.Resize(100, 30);
        await session.Stdin!.WriteAsync("go\n"u8.ToArray(), Cancel);
        string output = await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel);

        Assert.Equal("go\r\n30 100\r\n", output);
        Assert.Equal(4, await session.WaitAsync(Cancel));
    }

    [Fact]
    public async Task An_attached_client_feeds_stdin_and_sees_what_comes_out()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "cat; echo end") with { Stdin = true, StdinOnce = true };
        string id = await RunAsync(sandbox, spec);

        await using IProcessSession session = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel);
        await session.Stdin!.WriteAsync("over\n"u8.ToArray(), Cancel);
        await session.Stdin.DisposeAsync();

        Assert.Equal("over\nend\n", await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel));
        Assert.Equal(0, await session.WaitAsync(Cancel));
        Assert.Equal("over\nend\n", Log(spec));
    }

    [Fact]
    public Task One_who_attaches_at_the_beginning_sees_what_was_printed_before_and_what_comes() =>
        EarlyAttachment.SeesEverythingAsync(Runtime, Sandbox("a"), script => Shell("main", script), Log, Cancel);

    [Fact]
    public async Task Stdin_without_stdinOnce_stays_open_when_a_client_leaves()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "read a; echo \"1 $a\"; read b; echo \"2 $b\"") with { Stdin = true };
        string id = await RunAsync(sandbox, spec);

        await using (IProcessSession first = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel))
            await first.Stdin!.WriteAsync("x\n"u8.ToArray(), Cancel);
        await Eventually.TrueAsync(() => Log(spec) == "1 x\n", Cancel);
        await using (IProcessSession second = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel))
            await second.Stdin!.WriteAsync("y\n"u8.ToArray(), Cancel);

        await ExitedAsync(id);
        Assert.Equal("1 x\n2 y\n", Log(spec));
    }

    [Fact]
    public async Task A_terminal_container_survives_a_restart_of_the_daemon_with_its_terminal()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "stty -echo; echo ready; read line; echo \"got $line\"; exit 2") with { Stdin = true, Terminal = true };
        string id = await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec).Contains("ready", StringComparison.Ordinal), Cancel);

        await RestartAsync();
        await using IProcessSession session = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel);
        await session.Stdin!.WriteAsync("hello\n"u8.ToArray(), Cancel);

        Assert.Equal(2, (await ExitedAsync(id)).ExitCode);
        Assert.Contains("got hello", Log(spec), StringComparison.Ordinal);
    }
}
