// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;
using Pelago.Node.Tests.Processes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>Exec, attach and connections into containers.</summary>
public sealed class StreamTests : ContainerdScene
{
    [Fact]
    public async Task A_further_command_has_streams_and_an_exit_code_of_its_own()
    {
        string id = await RunningAsync();

        (int code, string output, string errors) = await TryRunAsync(id, "sh", "-c", "echo out; echo err >&2; echo $FROM_IMAGE; exit 5");

        Assert.Equal((5, "out\nyes\n", "err\n"), (code, output, errors));
    }

    [Fact]
    public async Task Input_ends_while_output_goes_on()
    {
        string id = await RunningAsync();
        byte[] sent = new byte[3_000_000];
        new Random(7).NextBytes(sent);

        await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["sh", "-c", "sha256sum; echo more"], Stdin = true }, Cancel);
        await session.Stdin!.WriteAsync(sent, Cancel);
        await session.Stdin.DisposeAsync();
        string output = await ReadAsync(session.Stdout!);

        Assert.Equal($"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(sent))}  -\nmore\n", output);
        Assert.Equal(0, await session.WaitAsync(Cancel));
    }

    [Theory]
    [InlineData("no-such-program", "exec: \"no-such-program\": executable file not found in $PATH")]
    [InlineData("/no/such/program", "exec: \"/no/such/program\": stat /no/such/program: no such file or directory")]
    public async Task An_exec_of_what_does_not_exist_says_so(string command, string message)
    {
        string id = await RunningAsync();

        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.ExecAsync(id, new ExecSpec { Command = [command] }, Cancel));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Options.StreamsDirectory));
    }

    [Fact]
    public async Task A_terminal_has_a_size_that_changes()
    {
        string id = await RunningAsync();

        await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["sh", "-c", "read line; stty size"], Stdin = true, Terminal = true }, Cancel);
        session.Resize(101, 33);
        await Eventually.GetAsync(() => TryRunAsync(id, "sh", "-c", "for t in /dev/pts/*; do stty size -F $t 2>/dev/null; done"), result => result.Output.Contains("33 101", StringComparison.Ordinal), Cancel);
        await session.Stdin!.WriteAsync("go\n"u8.ToArray(), Cancel);

        Assert.Contains("33 101", await ReadAsync(session.Stdout!), StringComparison.Ordinal);
        Assert.Null(session.Stderr);
    }

    [Fact]
    public async Task A_session_that_is_let_go_of_leaves_no_process()
    {
        string id = await RunningAsync();
        IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["sleep", "4242"] }, Cancel);

        await session.DisposeAsync();

        Assert.DoesNotContain("4242", (await TryRunAsync(id, "ps")).Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Options.StreamsDirectory));
    }

    [Fact]
    public async Task A_session_whose_process_reads_no_input_can_be_let_go_of()
    {
        string id = await RunningAsync();
        IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["sleep", "4243"], Stdin = true }, Cancel);
        await session.Stdin!.WriteAsync(new byte[1000], Cancel);
        Task ending = session.Stdin.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);

        await session.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        await ending.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.DoesNotContain("4243", (await TryRunAsync(id, "ps")).Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Options.StreamsDirectory));
    }

    [Fact]
    public async Task The_containers_own_streams_can_be_attached_to()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string id = await RunAsync(sandbox, Shell("main", "while read line; do echo \"got $line\"; echo \"err $line\" >&2; done; echo end; exit 6") with { Stdin = true, StdinOnce = true });

        await using IProcessSession session = await Runtime.AttachAsync(id, new AttachSpec { Stdin = true }, Cancel);
        Task<string> output = ReadAsync(session.Stdout!);
        Task<string> errors = ReadAsync(session.Stderr!);
        await session.Stdin!.WriteAsync("one\ntwo\n"u8.ToArray(), Cancel);
        await session.Stdin.DisposeAsync();

        Assert.Equal(6, await session.WaitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        Assert.Equal(("got one\ngot two\nend\n", "err one\nerr two\n"), (await output, await errors));
    }

    [Fact]
    public Task One_who_attaches_at_the_beginning_sees_what_was_printed_before_and_what_comes() =>
        EarlyAttachment.SeesEverythingAsync(Runtime, Sandbox("a"), script => Shell("main", script), Log, Cancel);

    [Fact]
    public async Task A_short_input_is_never_lost()
    {
        string id = await RunningAsync();
        for (int round = 0; round < 20; round++)
        {
            await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["cat"], Stdin = true }, Cancel);
            await session.Stdin!.WriteAsync("short"u8.ToArray(), Cancel);
            await session.Stdin.DisposeAsync();

            Assert.Equal("short", await ReadAsync(session.Stdout!));
        }
    }

    [Fact]
    public async Task A_connection_reaches_what_listens_on_the_pods_loopback()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        await RunAsync(sandbox, Shell("main", "while :; do echo inside | nc -l -p 8080; done"));

        string answer = await Eventually.GetAsync(() => AskAsync(sandbox, 8080), text => text.Length > 0, Cancel);

        Assert.Equal("inside\n", answer);
    }

    private async Task<string> AskAsync(string sandbox, int port)
    {
        try
        {
            await using Stream stream = await Runtime.ConnectAsync(sandbox, port, Cancel);
            return await ReadAsync(stream);
        }
        catch (System.Net.Sockets.SocketException)
        {
            return "";
        }
    }

    private async Task<string> RunningAsync() => await RunAsync(await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel), LongRunning("main"));
}
