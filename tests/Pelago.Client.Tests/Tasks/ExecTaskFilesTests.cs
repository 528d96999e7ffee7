// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pelago.Kube.Lines;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Client.Tests.Tasks;

/// <summary>
/// A log that is followed by the API alone. How many lines there are is said for each connection, which ends then: with <c>!</c> it breaks, and with <c>~</c>
/// it ends as if all had come, with half a line.
/// </summary>
public sealed class ExecTaskFilesTests
{
    private const int Half = 3;

    /// <summary>Two lines of each time.</summary>
    private static readonly string[] Log = [.. Enumerable.Range(1, 9).Select(i => string.Create(CultureInfo.InvariantCulture, $"2026-01-02T03:04:05.{i / 2:D9}Z line {i}\n"))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3, 4, "2", "4!", "9")]
    [InlineData(3, 4, "0", "1!", "2!", "9")]
    [InlineData(3, 4, "2~", "3", "3", "9")]
    [InlineData(3, 4, "4~", "5~", "9")]
    [InlineData(0, 1, "0!", "3!", "5", "9")]
    public async Task Lines_before_the_Nth_are_left_out_once_and_what_follows_comes_once(int leftOut, int first, params string[] connections) =>
        Assert.Equal(From(first), await FollowAsync(new TextPart(TextSide.AllButFirst, leftOut, IsBytes: false), connections));

    [Theory]
    [InlineData(3, "2", "2!", "5", "9")]
    [InlineData(1, "0", "0!", "2", "9")]
    public async Task Where_no_line_that_is_there_is_wanted_all_that_come_later_come_once(int first, params string[] connections) =>
        Assert.Equal(From(first), await FollowAsync(new TextPart(TextSide.Last, 0, IsBytes: false), connections));

    [Fact]
    public async Task After_the_last_lines_all_that_come_later_come_once() =>
        Assert.Equal(From(3), await FollowAsync(new TextPart(TextSide.Last, 2, IsBytes: false), ["4", "6!", "7~", "9"]));

    private static string From(int first) => string.Concat(Log.Skip(first - 1).Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));

    /// <summary>As one does who follows it: each connection goes on where the one before it has come to.</summary>
    private static async Task<string> FollowAsync(TextPart part, string[] connections)
    {
        var left = new Queue<string>(connections);
        await using FakeApiServer server = await FakeApiServer.StartAsync(http => AnswerAsync(http, left.TryDequeue(out string? connection) ? connection : $"{Log.Length}"), tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var files = new ExecTaskFiles(api, new TaskPlace("shop", "web", "main"));
        var text = new StringBuilder();
        string? position = null;
        TextPart? wanted = part;
        while (left.Count > 0)
        {
            var request = new FeedRequest { Follow = true, Position = position, Part = position is null ? wanted : null };
            try
            {
                await foreach (FeedPiece piece in files.FeedAsync(request, Cancel))
                {
                    text.Append(Encoding.UTF8.GetString(piece.Text.Span));
                    position = piece.Position.Length > 0 ? piece.Position : position;
                }
                wanted = null;
            }
            catch (Exception broken) when (broken is IOException or ClusterUnreachableException)
            {
                // The next one goes on.
            }
        }
        return text.ToString();
    }

    private static async Task AnswerAsync(HttpContext http, string connection)
    {
        IQueryCollection query = http.Request.Query;
        IEnumerable<string> lines = Log.Take(int.Parse(connection.TrimEnd('!', '~'), CultureInfo.InvariantCulture));
        if (DateTimeOffset.TryParse(query["sinceTime"].ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset since))
            lines = lines.Where(line => DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture) >= since);
        if (int.TryParse(query["tailLines"].ToString(), CultureInfo.InvariantCulture, out int last))
            lines = lines.TakeLast(last);
        string text = string.Concat(lines);
        await http.Response.WriteAsync(connection.EndsWith('~') ? text[..^Half] : text, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        if (connection.EndsWith('!'))
            http.Abort();
    }
}
