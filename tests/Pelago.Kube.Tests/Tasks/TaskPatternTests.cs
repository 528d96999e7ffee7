// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Kube.Tests;

public class TaskPatternTests
{
    [Theory]
    [InlineData("web-1", TaskFit.Exact)]
    [InlineData("web-1.app", TaskFit.Exact)]
    [InlineData("shop/web-1", TaskFit.Exact)]
    [InlineData("shop/web-1.app", TaskFit.Exact)]
    [InlineData("east/shop/web-1.app", TaskFit.Exact)]
    [InlineData("web", TaskFit.Prefix)]
    [InlineData("web-1.a", TaskFit.Prefix)]
    [InlineData("shop/w", TaskFit.Prefix)]
    [InlineData("b-1", TaskFit.Substring)]
    [InlineData("p/web", TaskFit.Substring)]
    [InlineData("app", TaskFit.Substring)]
    [InlineData("shop", TaskFit.None)]
    [InlineData("web-*", TaskFit.Glob)]
    [InlineData("*.app", TaskFit.Glob)]
    [InlineData("w?b-[0-9]", TaskFit.Glob)]
    [InlineData("web-[!2-9]", TaskFit.Glob)]
    [InlineData("s*/web-1", TaskFit.Glob)]
    [InlineData("east/shop/*", TaskFit.Glob)]
    [InlineData("web-[2-9]", TaskFit.None)]
    [InlineData("web-[!1]", TaskFit.None)]
    [InlineData("web?", TaskFit.None)]
    [InlineData("web-[1", TaskFit.None)]
    [InlineData("/^shop/web-\\d\\.app$/", TaskFit.Regex)]
    [InlineData("/b-[1]/", TaskFit.Regex)]
    [InlineData("/^web/", TaskFit.None)]
    [InlineData("west/shop/web-1", TaskFit.None)]
    [InlineData("WEB-1", TaskFit.None)]
    public void Names_fit_as_their_spelling_says(string pattern, TaskFit fit)
    {
        var task = new PodTask { Pod = new TaskPod { Cluster = "east", Namespace = "shop", Name = "web-1" }, Container = "app" };

        Assert.True(TaskPattern.TryParse(pattern, out TaskPattern? parsed, out string? error), error);

        Assert.Equal(fit, parsed.FitOf(task));
        Assert.True(fit == TaskFit.None || parsed.MayBeIn("""{"metadata":{"name":"web-1","namespace":"shop"},"spec":{"containers":[{"name":"app"}]}}"""u8));
    }

    [Theory]
    [InlineData("", "the name of a task is empty")]
    [InlineData("/(/", "/(/: Invalid pattern")]
    [InlineData("/(a)\\1/", "/(a)\\1/: look-arounds and back-references are not understood")]
    [InlineData("/(?=a)b/", "/(?=a)b/: look-arounds and back-references are not understood")]
    public void What_is_no_pattern_is_refused(string pattern, string why)
    {
        Assert.False(TaskPattern.TryParse(pattern, out _, out string? error));

        Assert.StartsWith(why, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db", false)]
    [InlineData("shop/db.app", true)]
    [InlineData("shop/web.db", false)]
    [InlineData("db*", true)]
    [InlineData("/db/", true)]
    public void A_document_without_the_text_of_a_name_need_not_be_read(string pattern, bool mayBe)
    {
        Assert.True(TaskPattern.TryParse(pattern, out TaskPattern? parsed, out string? error), error);

        Assert.Equal(mayBe, parsed.MayBeIn("""{"metadata":{"name":"web-1","namespace":"shop"},"spec":{"containers":[{"name":"app"}]}}"""u8));
    }

    [Fact]
    public void Patterns_are_bounded() => Assert.False(TaskPattern.TryParse(new string('a', 513), out _, out _));

    [Fact]
    public void A_pattern_that_would_take_for_ever_elsewhere_is_answered()
    {
        var task = new PodTask { Pod = new TaskPod { Namespace = "shop", Name = new string('a', 250) }, Container = "app" };

        Assert.True(TaskPattern.TryParse("/((a+)+)+b/", out TaskPattern? parsed, out string? error), error);

        Assert.Equal(TaskFit.None, parsed.FitOf(task));
    }
}
