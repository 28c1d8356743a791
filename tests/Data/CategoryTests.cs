using System.Text;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CategoryTests
{
    private static readonly string[] Cities = ["Oslo", "Bern", "Lyon"];
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_column_of_words_becomes_codes_behind_the_numbers()
    {
        var data = Load("city,value\n" + Rows(140, i => $"{Cities[i % 3]},{i}"));
        var format = (TableFormat)data.Format;
        Assert.Multiple(() =>
        {
            Assert.That(format.Columns.Select(column => (column.Name, column.Position)), Is.EqualTo(new[] { ("value", 1) }));
            Assert.That(format.Categorical.Single().Categories, Is.EqualTo(new[] { "Bern", "Lyon", "Oslo" }));
            Assert.That(format.Categories, Is.EqualTo(new[] { 3 }));
            Assert.That(format.SizeInWords, Is.EqualTo("2 columns, 1 of them categorical"));
            Assert.That(data.Notes.Single(), Is.EqualTo("categorical columns: \"city\" (3 categories)"));
            foreach (float[] row in data.Train.Values.Concat(data.Test.Values).Chunk(2))
            {
                int i = (int)Math.Round(row[0] * format.Columns[0].Deviation + format.Columns[0].Mean);
                Assert.That(format.Categorical[0].Categories[(int)row[1]], Is.EqualTo(Cities[i % 3]));
            }
        });
    }

    [Test]
    public void Numbers_are_codes_where_that_is_said()
    {
        string text = "zip,value\n" + Rows(70, i => $"0{i % 4},{i}");
        var data = Load(text, new DataOptions { Categorical = "zip" });
        Assert.That(((TableFormat)data.Format).Categorical.Single().Categories, Is.EqualTo(new[] { "00", "01", "02", "03" }));
        Assert.That(((TableFormat)Load(text).Format).Categorical, Is.Empty);
        Assert.That(
            () => Load(text, new DataOptions { Categorical = "zap" }),
            Throws.TypeOf<DataException>().With.Message.Contains("--categorical").And.Message.Contains("\"zap\""));
    }

    [Test]
    public void Identifiers_and_too_many_categories_are_refused()
    {
        Assert.That(
            () => Load("name,value\n" + Rows(70, i => $"n{i},{i}")),
            Throws.TypeOf<DataException>().With.Message.Contains("\"name\"").And.Message.Contains("identifier").And.Message.Contains(
                "--ignore"));
        Assert.That(
            () => Load("name,value\n" + Rows(1000, i => $"n{i % 256},{i}")),
            Throws.TypeOf<DataException>().With.Message.Contains("more than 255 categories"));
        var most = Load("name,value\n" + Rows(1000, i => $"n{i % 255},{i}"));
        Assert.That(((TableFormat)most.Format).Categories.Single(), Is.EqualTo(255));
        Assert.That(
            () => Load("name,value\n" + Rows(5000, i => $"n{i},{i}")),
            Throws.TypeOf<DataException>().With.Message.Contains("\"name\"").And.Message.Contains("identifier").And.Message.Contains(
                "--ignore"));
    }

    [Test]
    public void A_missing_category_is_refused_or_the_most_frequent_or_one_of_its_own()
    {
        string text = "city,value\n" + Rows(70, i => $"{(i % 7 == 0 ? "NA" : i % 2 == 0 ? "Bern" : i % 3 == 0 ? "Lyon" : "Oslo")},{i}");
        Assert.That(() => Load(text), Throws.TypeOf<DataException>().With.Message.Contains("line 2: the value of \"city\" is missing"));
        var frequent = Load(text, new DataOptions { Missing = MissingValues.Mean });
        Assert.That(Column(frequent).Categories, Is.EqualTo(new[] { "Bern", "Lyon", "Oslo" }));
        Assert.That(Codes(frequent, 0), Is.EqualTo(40), "30 of Bern and 10 missing");
        Assert.That(frequent.Notes, Has.Some.Contains("10 missing values of categorical columns").And.Some.Contains("most frequent"));
        var own = Load(text, new DataOptions { Missing = MissingValues.Indicator });
        Assert.That(Column(own).Categories, Is.EqualTo(new[] { "", "Bern", "Lyon", "Oslo" }));
        Assert.That(Codes(own, 0), Is.EqualTo(10));
        // A model whose data lacked nothing takes the most frequent category.
        var known = Load("city,value\n1,1\n", new DataFit
        {
            Whole = true, Options = new DataOptions { Missing = MissingValues.Indicator },
            Format = new TableFormat([new ColumnScale("value", 0, 1)], [new ColumnCategories("city", ["1", "2"], 1)]),
        });
        Assert.That(known.Test.Values, Is.EqualTo(new float[] { 1, 0 }));
        known = Load("city,value\n,1\n", new DataFit
        {
            Whole = true, Options = new DataOptions { Missing = MissingValues.Indicator }, Format = known.Format,
        });
        Assert.That(known.Test.Values, Is.EqualTo(new float[] { 1, 1 }));
        Assert.That(known.Notes.Single(), Does.StartWith("1 missing values of cat").And.EndWith("the most frequent categories"));
    }

    [Test]
    public void A_category_that_the_model_does_not_know_is_named_with_its_line()
    {
        var model = Load("city,value\n" + Rows(70, i => $"{Cities[i % 3]},{i}")).Format;
        Assert.That(
            () => Load("value,city\n1,Bern\n2,Rome\n", new DataFit { Format = model, Whole = true }),
            Throws.TypeOf<DataException>().With.Message.Contains("line 3").And.Message.Contains("\"Rome\"").And.Message.Contains("\"city\"")
                .And.Message.Contains("Bern, Lyon, Oslo"));
        var taken = Load("value,city\n1,Oslo\n", new DataFit { Format = model, Whole = true });
        Assert.That(taken.Test.Values[1], Is.EqualTo(2));
        Assert.That(taken.Notes, Is.Empty);
        Assert.That(
            () => Load("value,city\nx,Bern\n", new DataFit { Format = model, Whole = true }),
            Throws.TypeOf<DataException>().With.Message.Contains("line 2: \"x\" in column \"value\" is not a number"));
    }

    [Test]
    public void Other_data_need_not_have_the_columns_that_the_model_s_left_out()
    {
        var options = new DataOptions { Ignore = "id", LabelColumn = "kind", Categorical = "zip" };
        string text = "id,zip,value,kind\n" + Rows(70, i => $"n{i},{i % 2},{i},k{i % 3}");
        var model = Load(text, options).Format;
        var other = Load("value,zip\n1,0\n", new DataFit { Format = model, Options = options, Whole = true });
        Assert.That((other.Test.Count, other.Test.Labels), Is.EqualTo((1, (byte[]?)null)));
        Assert.That(() => Load("value,zip\n1,0\n", options), Throws.TypeOf<DataException>().With.Message.Contains("no column \"id\""));
        Assert.That(
            () => Load("value\n1\n", new DataFit { Format = model, Options = options, Whole = true }),
            Throws.TypeOf<DataException>().With.Message.Contains("different columns"));
    }

    [Test]
    public void A_first_line_of_words_and_numbers_is_doubtful()
    {
        var data = Load("Oslo,1.5\n" + Rows(70, i => $"{Cities[i % 3]},{i}"));
        Assert.That(data.Notes[0], Does.EndWith("is taken for the names of the columns, although there are numbers in it"));
    }

    [Test]
    public void A_column_of_one_category_is_constant()
    {
        string text = "city,value\n" + Rows(7, i => $"Bern,{i}");
        Assert.That(() => Load(text), Throws.TypeOf<DataException>().With.Message.Contains("the same in \"city\""));
        Assert.That(Load(text, new DataOptions { ConstantColumns = ConstantColumns.Drop }).Format.Width, Is.EqualTo(1));
        Assert.That(Load(text, new DataOptions { ConstantColumns = ConstantColumns.Keep }).Format.Width, Is.EqualTo(2));
    }

    [Test]
    public void Columns_of_arrays_are_chosen_and_coded_by_name()
    {
        NpyFile.Write(folder["t.npy"], [.. Enumerable.Range(0, 70).SelectMany(i => (float[])[i, i % 3, 7 - i, i % 2])], 70, 4);
        var options = new DataOptions { Categorical = "column 1", Ignore = "column 2", LabelColumn = "column 3" };
        var data = DataSource.Load(folder["t.npy"], 1, 1, new DataFit { Options = options });
        Assert.That(data.Columns.Select(column => column.Name), Is.EqualTo(new[] { "column 0" }));
        Assert.That(Column(data).Categories, Is.EqualTo(new[] { "0", "1", "2" }));
        Assert.That(data.Train.LabelNames, Is.EqualTo(new[] { "0", "1" }));
    }

    private static ColumnCategories Column(DataSplit data) => ((TableFormat)data.Format).Categorical.Single();

    private static int Codes(DataSplit data, int code) =>
        data.Train.Values.Concat(data.Test.Values).Where((_, i) => i % 2 == 1).Count(value => value == code);

    private static string Rows(int count, Func<int, string> row) => string.Join('\n', Enumerable.Range(0, count).Select(row)) + "\n";

    private DataSplit Load(string text, DataOptions? options = null) => Load(text, new DataFit { Options = options ?? new DataOptions() });

    private DataSplit Load(string text, DataFit fit) => DataSource.Load(folder.Put("t.csv", Encoding.UTF8.GetBytes(text)), 1, 1, fit);
}
