package hzproto;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.nio.serialization.Portable;
import com.hazelcast.nio.serialization.PortableReader;
import com.hazelcast.nio.serialization.PortableWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Classes that both halves have. */
final class Things {
    static final int FACTORY_ID = 901;

    private Things() {
    }

    /** Equal to what has equal fields. */
    private abstract static class Fields {
        abstract List<?> fields();

        @Override
        public boolean equals(Object other) {
            return other != null && other.getClass() == getClass()
                    && Arrays.deepEquals(fields().toArray(), ((Fields) other).fields().toArray());
        }

        @Override
        public int hashCode() {
            return Objects.hash(fields());
        }

        @Override
        public String toString() {
            return getClass().getSimpleName() + Arrays.deepToString(fields().toArray());
        }
    }

    /** Writes its fields one after the other. */
    static final class Identified extends Fields implements IdentifiedDataSerializable {
        private boolean flag;
        private byte small;
        private char letter;
        private short medium;
        private int number;
        private long large;
        private float rough;
        private double fine;
        private String text;
        private int[] numbers;
        private String[] texts;
        private Object object;

        static Identified sample() {
            Identified made = new Identified();
            made.flag = true;
            made.small = -1;
            made.letter = '€';
            made.medium = -2;
            made.number = -3;
            made.large = Long.MIN_VALUE;
            made.rough = 0.5f;
            made.fine = 0.1;
            made.text = "ü😀\0";
            made.numbers = new int[] {1, 2, 3};
            made.texts = null;
            made.object = Arrays.asList("any", 1).toString();
            return made;
        }

        @Override
        List<?> fields() {
            return Arrays.asList(flag, small, letter, medium, number, large, rough, fine, text, numbers, texts, object);
        }

        @Override
        public int getFactoryId() {
            return FACTORY_ID;
        }

        @Override
        public int getClassId() {
            return 1;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeBoolean(flag);
            out.writeByte(small);
            out.writeChar(letter);
            out.writeShort(medium);
            out.writeInt(number);
            out.writeLong(large);
            out.writeFloat(rough);
            out.writeDouble(fine);
            out.writeString(text);
            out.writeIntArray(numbers);
            out.writeStringArray(texts);
            out.writeObject(object);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            flag = in.readBoolean();
            small = in.readByte();
            letter = in.readChar();
            medium = in.readShort();
            number = in.readInt();
            large = in.readLong();
            rough = in.readFloat();
            fine = in.readDouble();
            text = in.readString();
            numbers = in.readIntArray();
            texts = in.readStringArray();
            object = in.readObject();
        }
    }

    /** Has others in it. */
    static final class Outer extends Fields implements Portable {
        private int number;
        private String text;
        private String nothing;
        private BigDecimal decimal;
        private LocalDate date;
        private double[] doubles;
        private Inner inner;
        private Portable[] inners;

        static Outer sample() {
            Outer made = new Outer();
            made.number = 7;
            made.text = "ü😀\0";
            made.decimal = new BigDecimal("-1.50");
            made.date = LocalDate.of(2024, 2, 29);
            made.doubles = new double[] {0.5, -1};
            made.inner = new Inner(1);
            made.inners = new Portable[] {new Inner(2), new Inner(3)};
            return made;
        }

        @Override
        List<?> fields() {
            return Arrays.asList(number, text, nothing, decimal, date, doubles, inner, inners);
        }

        @Override
        public int getFactoryId() {
            return FACTORY_ID;
        }

        @Override
        public int getClassId() {
            return 1;
        }

        @Override
        public void writePortable(PortableWriter writer) throws IOException {
            writer.writeInt("number", number);
            writer.writeString("text", text);
            writer.writeString("nothing", nothing);
            writer.writeDecimal("decimal", decimal);
            writer.writeDate("date", date);
            writer.writeDoubleArray("doubles", doubles);
            writer.writePortable("inner", inner);
            writer.writePortableArray("inners", inners);
        }

        @Override
        public void readPortable(PortableReader reader) throws IOException {
            number = reader.readInt("number");
            text = reader.readString("text");
            nothing = reader.readString("nothing");
            decimal = reader.readDecimal("decimal");
            date = reader.readDate("date");
            doubles = reader.readDoubleArray("doubles");
            inner = reader.readPortable("inner");
            inners = reader.readPortableArray("inners");
        }
    }

    /** Is in others. */
    static final class Inner extends Fields implements Portable {
        private long number;

        Inner() {
        }

        Inner(long number) {
            this.number = number;
        }

        @Override
        List<?> fields() {
            return List.of(number);
        }

        @Override
        public int getFactoryId() {
            return FACTORY_ID;
        }

        @Override
        public int getClassId() {
            return 2;
        }

        @Override
        public void writePortable(PortableWriter writer) throws IOException {
            writer.writeLong("number", number);
        }

        @Override
        public void readPortable(PortableReader reader) throws IOException {
            number = reader.readLong("number");
        }
    }
}
