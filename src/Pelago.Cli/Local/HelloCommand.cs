// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pelago.Cli.Local;

/// <summary>
/// <c>pelago hello</c> (hidden): the smallest web server, so that the demo has something to run on a machine with no web server at all.
/// Answers every request with one line that names its pod.
/// </summary>
internal static class HelloCommand
{
    public static Command Build()
    {
        var port = new Option<int>("--port") { DefaultValueFactory = _ => int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "8080") };
        var say = new Option<string>("--say") { DefaultValueFactory = _ => "hello" };
        var command = new Command("hello", "Answer every HTTP request with one line") { Hidden = true };
        command.Options.Add(port);
        command.Options.Add(say);
        command.SetAction((parsed, cancel) => ServeAsync(parsed.GetValue(port), parsed.GetValue(say)!, cancel));
        return command;
    }

    private static async Task<int> ServeAsync(int port, string say, CancellationToken cancel)
    {
        string? address = Environment.GetEnvironmentVariable("POD_IP");
        using var listener = new TcpListener(IPAddress.TryParse(address, out IPAddress? ip) ? ip : IPAddress.Loopback, port);
        listener.Start();
        Console.Out.WriteLine($"listening on {listener.LocalEndpoint}");
        byte[] body = Encoding.UTF8.GetBytes($"{say} from {Environment.GetEnvironmentVariable("POD_NAME") ?? Environment.MachineName}\n");
        byte[] answer = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];
        while (true)
        {
            Socket client = await listener.AcceptSocketAsync(cancel);
            _ = AnswerAsync(client, answer, cancel);
        }
    }

    private static async Task AnswerAsync(Socket client, byte[] answer, CancellationToken cancel)
    {
        using (client)
        {
            try
            {
                byte[] request = new byte[4096];
                await client.ReceiveAsync(request, SocketFlags.None, cancel);
                await client.SendAsync(answer, SocketFlags.None, cancel);
                client.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // The client went away; there is nobody to tell.
            }
        }
    }
}
