// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>The kinds of columns that many tables share. Paths are field names with dots.</summary>
internal static class Column
{
    public const string None = "<none>";
    public const string Unset = "<unset>";

    public static readonly CellColumn Name = new(
        new TableColumn("Name", "string", "Name of the object, unique among its kind in its namespace.", Format: "name"), item => item.Name);

    public static readonly CellColumn Age = new(
        new TableColumn("Age", "string", "Time since the object was created."), item => item.Age);

    /// <summary>For kinds without columns of their own: the time itself.</summary>
    public static readonly CellColumn CreatedAt = new(
        new TableColumn("Created At", "date", "When the object was created."),
        item => MetaTime.Normalize(item.Text("metadata", "creationTimestamp")) ?? "0001-01-01T00:00:00Z");

    public static CellColumn Of(string name, string type, string description, Func<PrintedObject, Cell> cell) =>
        new(new TableColumn(name, type, description), cell);

    public static CellColumn String(string name, string description, Func<PrintedObject, string> cell) =>
        Of(name, "string", description, item => cell(item));

    /// <summary>A text field; <paramref name="absent"/> when there is none.</summary>
    public static CellColumn Text(string name, string path, string description, string absent = "")
    {
        string[] fields = path.Split('.');
        return String(name, description, item => item.Text(fields) ?? absent);
    }

    /// <summary>A number; 0 when there is none. Many of upstream's are declared as text all the same.</summary>
    public static CellColumn Number(string name, string path, string description, string type = "integer")
    {
        string[] fields = path.Split('.');
        return Of(name, type, description, item => item.Number(fields));
    }

    /// <summary>How many entries a list or map has.</summary>
    public static CellColumn Count(string name, string path, string description, string type = "integer")
    {
        string[] fields = path.Split('.');
        return Of(name, type, description, item => item.Count(fields));
    }

    public static CellColumn Flag(string name, string path, string description, bool absent = false, string type = "boolean")
    {
        string[] fields = path.Split('.');
        return Of(name, type, description, item => item.Flag(fields) ?? absent);
    }

    /// <summary>Names of the containers of a pod template's spec.</summary>
    public static CellColumn Containers(string path) => Joined("Containers", path + ".containers", "name", "Names of the containers of the template.");

    public static CellColumn Images(string path) => Joined("Images", path + ".containers", "image", "Images of the containers of the template.");

    /// <summary>A LabelSelector object as text.</summary>
    public static CellColumn Selector(string path, string name = "Selector", string description = "Labels of the pods that belong to it.")
    {
        string[] fields = path.Split('.');
        return String(name, description, item => Labels.Selector(item.Object(fields)));
    }

    /// <summary>A plain map of labels as text.</summary>
    public static CellColumn LabelMap(string name, string path, string description)
    {
        string[] fields = path.Split('.');
        return String(name, description, item => Labels.Map(item.Object(fields)));
    }

    private static CellColumn Joined(string name, string path, string field, string description)
    {
        string[] fields = path.Split('.');
        return String(name, description, item => string.Join(',', item.List(fields).Select(container => container.String(field) ?? "")));
    }
}

/// <summary>Labels and selectors as text.</summary>
internal static class Labels
{
    /// <summary><c>a=1,b=2</c> in the order of the keys; <c>&lt;none&gt;</c> for no labels.</summary>
    public static string Map(JsonObject? labels) =>
        labels is null or { Count: 0 }
            ? Column.None
            : string.Join(',', labels.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={PrintedObject.TextOf(pair.Value)}"));

    /// <summary>The text of a LabelSelector object; <c>&lt;none&gt;</c> for one that selects nothing or everything.</summary>
    public static string Selector(JsonObject? selector)
    {
        if (!LabelSelector.TryRead(selector, out LabelSelector? read, out _))
            return "<error>";
        string text = read.ToString();
        return text.Length == 0 ? Column.None : text;
    }
}
